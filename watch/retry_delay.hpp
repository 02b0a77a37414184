#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tallyman::watch {

/// How long to wait before a request is tried again: twice as long each time, with jitter, so that many
/// watchers that lost the same server do not come back at the same moment.
class retry_delay {
public:
  using milliseconds = std::chrono::milliseconds;

  retry_delay(milliseconds first, milliseconds last, std::uint64_t seed)
      : first_(first), last_(last), next_(first), random_(seed) {}

  /// Between half and all of the delay that is due.
  milliseconds next() {
    const auto due = next_.count();
    next_ = std::min(last_, next_ * 2);
    return milliseconds{std::uniform_int_distribution<milliseconds::rep>{due / 2, due}(random_)};
  }

  /// Call it when a request worked.
  void reset() noexcept { next_ = first_; }

private:
  milliseconds first_;
  milliseconds last_;
  milliseconds next_;
  std::mt19937_64 random_;
};

} // namespace tallyman::watch
