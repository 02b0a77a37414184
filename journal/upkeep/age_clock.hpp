#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace tallyman::journal {

/// The wall clock as far as retention believes it. A clock that jumps ahead (a bad NTP answer) makes all
/// history look old; what is given up then is gone when it is set right. So time goes on as the monotonic
/// clock does, and a wall clock that is more than a day ahead of that is believed only once it has been so
/// for a day. One that is behind is believed at once, for that gives up less. Thread-safe.
class age_clock {
public:
  /// Milliseconds; of `wall` Unix time.
  using reading = std::function<std::int64_t()>;

  /// `last_time_ms` is the time of the log's last event: what the clock said when the log was last written.
  /// 0: there is none, and the clock is believed.
  age_clock(std::int64_t last_time_ms, reading wall, reading steady);

  std::int64_t believed_ms();

private:
  void believe(std::int64_t wall_ms, std::int64_t steady_ms);

  const reading wall_;
  const reading steady_;
  std::mutex mutex_; // guards: all below
  std::int64_t believed_ms_ = 0;
  std::int64_t believed_at_ms_ = 0;              ///< of the monotonic clock
  std::optional<std::int64_t> doubted_since_ms_; ///< of the monotonic clock
};

} // namespace tallyman::journal
