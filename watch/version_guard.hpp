#pragma once

#include "watch/interruption.hpp"
#include "watch/pace.hpp"
#include "watch/trouble_log.hpp"
#include "watch/watch_options.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>

namespace tallyman::watch {

/// Notices that the state of an API server went back: that its etcd was restored from an older snapshot.
///
/// A server takes a watch from a resourceVersion that it has not reached, and drops every event up to there
/// without a word. So the highest resourceVersion that the server has ever shown is kept here, and now and
/// then the server is asked for its present one. If that is lower, all kinds list anew: an *epoch* ends, and
/// no position of it counts any more.
///
/// It cannot be noticed if the server has written past the highest version again by then.
///
/// Thread-safe, `run` in one thread.
class version_guard {
public:
  /// The server's present resourceVersion; empty if it cannot be told.
  using question = std::function<std::string(const std::stop_token&)>;

  /// The references must outlive it.
  version_guard(const watch_options& options, pace& time, trouble_log& troubles);

  std::uint64_t epoch() const noexcept { return epoch_; }

  /// The server has shown `version` in that epoch. What is no number is not compared.
  void saw(const std::string& version, std::uint64_t epoch);

  /// The server may be another one than before: asks it without waiting for the next turn.
  void ask_soon() {
    is_urgent_ = true;
    woken_.fire();
  }

  /// Asks, at most one question at a time, until `stop`. `on_end_of_epoch` is called after `epoch` has
  /// changed.
  void run(const std::stop_token& stop, const question& ask, const std::function<void()>& on_end_of_epoch);

private:
  bool went_back(const std::string& present, const std::string& highest_before);
  std::chrono::milliseconds next_pause();

  const watch_options& options_;
  pace& time_;
  trouble_log& troubles_;
  interruption woken_;
  std::atomic<bool> is_urgent_ = false;
  std::atomic<std::uint64_t> epoch_ = 0;
  std::mt19937_64 random_;
  unsigned ends_in_a_row_ = 0;
  std::mutex mutex_;    ///< guards `highest_`, and its agreement with `epoch_`
  std::string highest_; ///< of this epoch; empty: none
};

} // namespace tallyman::watch
