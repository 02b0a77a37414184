#include "journal/upkeep/age_clock.hpp"

#include <catch2/catch.hpp>

using tallyman::journal::age_clock;

namespace {

constexpr std::int64_t hour = 60LL * 60 * 1000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;
constexpr std::int64_t begin = 50 * year;

struct clocks {
  std::int64_t wall = begin;
  std::int64_t steady = 7 * hour;

  age_clock made(std::int64_t last_time) {
    return age_clock{last_time, [this] { return wall; }, [this] { return steady; }};
  }
  void pass(std::int64_t ms) {
    wall += ms;
    steady += ms;
  }
};

} // namespace

TEST_CASE("a clock that jumps ahead while the log is written is not believed for a day") {
  clocks now;
  auto clock = now.made(begin - hour);
  now.pass(3 * day);
  CHECK(clock.believed_ms() == begin + 3 * day);
  now.wall += year;
  CHECK(clock.believed_ms() == begin + 3 * day);
  now.pass(20 * hour);
  CHECK(clock.believed_ms() == begin + 3 * day + 20 * hour);
  SECTION("and is forgotten once it is set right") {
    now.wall -= year;
    CHECK(clock.believed_ms() == begin + 3 * day + 20 * hour);
    now.wall += year;
    now.pass(20 * hour);
    CHECK(clock.believed_ms() == begin + 4 * day + 16 * hour);
  }
  SECTION("and is, after that") {
    now.pass(4 * hour);
    CHECK(clock.believed_ms() == begin + year + 4 * day);
  }
}

TEST_CASE("a clock that is years ahead of the last event at the start is not believed for a day") {
  clocks now;
  auto clock = now.made(begin - year);
  CHECK(clock.believed_ms() == begin - year);
  now.pass(day);
  CHECK(clock.believed_ms() == begin + day);
}

TEST_CASE("a clock that is behind the last event, or is set back, is believed at once") {
  clocks now;
  auto clock = now.made(begin + year);
  CHECK(clock.believed_ms() == begin);
  now.wall -= 5 * day;
  CHECK(clock.believed_ms() == begin - 5 * day);
}

TEST_CASE("a machine that slept for some hours has no clock that jumped, nor has a new log") {
  clocks now;
  auto clock = now.made(begin - 20 * hour);
  CHECK(clock.believed_ms() == begin);
  now.wall += 12 * hour;
  CHECK(clock.believed_ms() == begin + 12 * hour);
  CHECK(now.made(0).believed_ms() == begin + 12 * hour);
}
