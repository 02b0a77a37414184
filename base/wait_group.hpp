#pragma once

#include "base/invariant.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace tallyman {

/// Counts those who still work on something, so that whoever owns it can wait for the last of them.
///
/// Thread-safe. `wait` blocks: never call it from an actor that a scheduler worker runs.
class wait_group {
public:
  void join() {
    const std::lock_guard lock{mutex_};
    ++members_;
  }

  void leave() {
    const std::lock_guard lock{mutex_};
    invariant(members_ > 0 && "whoever leaves has joined");
    // Under the lock: the one who waits may be about to destroy the group.
    if (--members_ == 0)
      left_.notify_all();
  }

  /// Until nobody is left.
  void wait() {
    std::unique_lock lock{mutex_};
    left_.wait(lock, [&] { return members_ == 0; });
  }

private:
  std::mutex mutex_; // guards: members_
  std::condition_variable left_;
  std::size_t members_ = 0;
};

} // namespace tallyman
