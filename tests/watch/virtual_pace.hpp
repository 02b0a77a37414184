#pragma once

#include "watch/pace.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <stop_token>

namespace tallyman::watch::testing {

/// A clock that stands still while any of its threads runs, and jumps to the next moment that one of them
/// waits for as soon as all of them wait: days go by as fast as the threads can work.
class virtual_pace final : public pace {
public:
  /// `threads`: how many there are that wait here.
  explicit virtual_pace(std::size_t threads) : threads_(threads) {}

  time_point now() override {
    const std::lock_guard lock{mutex_};
    return now_;
  }

  void wait(std::chrono::milliseconds time, const std::stop_token& stop) override {
    std::list<time_point>::iterator due;
    {
      const std::lock_guard lock{mutex_};
      due = due_.insert(due_.end(), now_ + time);
    }
    {
      const std::stop_callback hurry{stop, [&] {
                                       const std::lock_guard lock{mutex_};
                                       *due = now_;
                                       changed_.notify_all();
                                     }};
      std::unique_lock lock{mutex_};
      go_on_if_all_wait();
      changed_.wait(lock, [&] { return *due <= now_; });
    }
    const std::lock_guard lock{mutex_};
    due_.erase(due);
  }

  /// A thread will wait here no more.
  void leave() {
    const std::lock_guard lock{mutex_};
    --threads_;
    go_on_if_all_wait();
  }

private:
  void go_on_if_all_wait() {
    if (due_.size() < threads_)
      return;
    const auto next = *std::min_element(due_.begin(), due_.end());
    if (next > now_) { // else somebody has not noticed yet that its time has come
      now_ = next;
      changed_.notify_all();
    }
  }

  std::mutex mutex_; ///< guards all below
  std::condition_variable changed_;
  std::size_t threads_;
  time_point now_{std::chrono::hours{1}};
  std::list<time_point> due_; ///< of those that wait
};

} // namespace tallyman::watch::testing
