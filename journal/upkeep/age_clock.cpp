#include "journal/upkeep/age_clock.hpp"

namespace tallyman::journal {

namespace {

constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
/// A suspended machine's monotonic clock stands still, and a stopped one has none: a few hours are no jump.
constexpr std::int64_t jump_ms_min = day_ms;
constexpr std::int64_t doubt_ms = day_ms;

} // namespace

age_clock::age_clock(std::int64_t last_time_ms, reading wall, reading steady)
    : wall_(std::move(wall)), steady_(std::move(steady)) {
  believe(last_time_ms == 0 ? wall_() : last_time_ms, steady_());
  (void)believed_ms();
}

std::int64_t age_clock::believed_ms() {
  const std::lock_guard guard(mutex_);
  const std::int64_t wall = wall_();
  const std::int64_t steady = steady_();
  const std::int64_t expected = believed_ms_ + (steady - believed_at_ms_);
  if (wall - expected <= jump_ms_min) {
    believe(wall, steady);
    return wall;
  }
  if (!doubted_since_ms_)
    doubted_since_ms_ = steady;
  if (steady - *doubted_since_ms_ < doubt_ms)
    return expected;
  believe(wall, steady);
  return wall;
}

void age_clock::believe(std::int64_t wall_ms, std::int64_t steady_ms) {
  believed_ms_ = wall_ms;
  believed_at_ms_ = steady_ms;
  doubted_since_ms_.reset();
}

} // namespace tallyman::journal
