#pragma once

#include <mutex>
#include <optional>
#include <stop_token>

namespace tallyman::watch {

/// A stop that can be asked for again and again: ends what a thread is in the middle of, not the thread.
/// `begin` by that thread; `fire` by any.
class interruption {
public:
  /// The token of the next round: asked to stop by `fire`, and by `whole`.
  std::stop_token begin(const std::stop_token& whole) {
    const std::lock_guard lock{mutex_};
    round_ = std::stop_source{};
    chain_.emplace(whole, ask_to_stop{round_});
    return round_.get_token();
  }

  /// Ends the present round. Does nothing between two rounds.
  void fire() {
    std::stop_source round{std::nostopstate};
    {
      const std::lock_guard lock{mutex_};
      round = round_;
    }
    round.request_stop();
  }

private:
  struct ask_to_stop {
    std::stop_source round;
    void operator()() noexcept { round.request_stop(); }
  };

  std::mutex mutex_; ///< guards `round_` and `chain_`
  std::stop_source round_;
  std::optional<std::stop_callback<ask_to_stop>> chain_;
};

} // namespace tallyman::watch
