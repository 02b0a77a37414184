#pragma once

#include <chrono>
#include <stop_token>

namespace tallyman::watch {

/// Time as the watch sees it, so that a test can let days go by in a moment. Thread-safe.
class pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~pace() = default;
  virtual time_point now() = 0;
  /// Until `time` is over, or `stop` is asked for.
  virtual void wait(std::chrono::milliseconds time, const std::stop_token& stop) = 0;

  /// That of the machine.
  static pace& real();
};

} // namespace tallyman::watch
