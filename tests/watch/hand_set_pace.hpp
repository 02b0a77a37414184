#pragma once

#include "watch/pace.hpp"

namespace tallyman::watch::testing {

/// A clock that goes on when it is told to. For one thread: whoever waits has waited at once.
class hand_set_pace final : public pace {
public:
  time_point now() override { return now_; }
  void wait(std::chrono::milliseconds time, const std::stop_token&) override { now_ += time; }
  void go_on(std::chrono::milliseconds time) { now_ += time; }

private:
  time_point now_{std::chrono::hours{1}};
};

} // namespace tallyman::watch::testing
