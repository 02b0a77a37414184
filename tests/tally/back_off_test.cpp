#include "tally/schedule/back_off.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace tallyman;
using std::chrono::seconds;

TEST_CASE("the waits after failed scans grow by three, eight times, and then stay") {
  const std::vector<int> waits{60,     180,     540,     1'620,   4'860,  14'580,
                               43'740, 131'220, 393'660, 393'660, 393'660};
  for (std::uint32_t failures = 0; failures < waits.size(); ++failures)
    CHECK(back_off_wait({}, failures) == seconds{waits[failures]});
  CHECK(back_off_wait({}, 4'000'000'000) == seconds{393'660});
}

TEST_CASE("a cap holds the waits down, however large the factor") {
  back_off_policy policy;
  policy.cap = seconds{1'000};
  CHECK(back_off_wait(policy, 2) == seconds{540});
  CHECK(back_off_wait(policy, 3) == seconds{1'000});
  policy.factor = 4'000'000'000;
  CHECK(back_off_wait(policy, 8) == seconds{1'000});
}

TEST_CASE("jitter spreads a wait evenly around itself") {
  back_off_policy policy;
  policy.jitter = 0.1;
  CHECK(back_off_wait(policy, 0, 0.0) == seconds{54});
  CHECK(back_off_wait(policy, 0, 0.5) == seconds{60});
  CHECK(back_off_wait(policy, 0, 0.999999) > seconds{65});
  CHECK(back_off_wait(policy, 0, 0.999999) < seconds{66});
}
