#include "journal/support.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

/// Creates a journal, fills two segments, takes snapshots, stops cleanly. Returns what was acknowledged.
std::uint64_t whole_life(simulated_storage& disk) {
  std::uint64_t acknowledged = 0;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) { acknowledged = sequence; };
  auto opened = log::open(disk, directory, small_options());
  if (!opened || !(*opened)->start(callbacks))
    return acknowledged;
  for (std::uint64_t sequence = 1; sequence <= 160; sequence += 20) {
    if (!(*opened)->append(run_of(sequence, 20)) || !(*opened)->flush())
      return acknowledged;
    if (sequence % 3 != 0)
      continue;
    auto snapshot = (*opened)->begin_snapshot(sequence);
    if (snapshot && (*snapshot)->add_block(1, "state"))
      (void)(*snapshot)->commit();
  }
  (void)(*opened)->close();
  return acknowledged;
}

/// Stops the process at every single changing call of its life, and loses power in the given way.
void stop_everywhere(loss kind, std::uint64_t seed) {
  for (std::uint64_t nth = 1;; ++nth) {
    simulated_storage disk(seed + nth);
    disk.stop_at(nth);
    const std::uint64_t acknowledged = whole_life(disk);
    if (!disk.stopped()) {
      CHECK(acknowledged == 160);
      CHECK(nth > 60);
      return;
    }
    disk.power_loss(kind);
    INFO("stopped at call " << nth << ", seed " << seed);
    auto log = start_log(disk, small_options());
    const std::uint64_t last = check_replay(*log);
    REQUIRE(last >= acknowledged);
    REQUIRE(last <= 160);
    append_durably(*log, 3);
    log.reset();
    disk.power_loss(loss::everything);
    REQUIRE(check_replay(*open_log(disk, small_options())) == last + 3);
  }
}

} // namespace

TEST_CASE("a stop at any call, creation, rolls, snapshots and the clean stop included, loses nothing") {
  stop_everywhere(loss::everything, 1000);
  stop_everywhere(loss::nothing, 2000);
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    stop_everywhere(loss::subset, seed * 10000);
}

TEST_CASE("a recovery that is stopped at any call, twice in a row, can simply be done again") {
  for (std::uint64_t first = 1; first <= 25; ++first)
    for (std::uint64_t second = 1; second <= 25; second += 3) {
      simulated_storage disk(first * 100 + second);
      {
        auto log = start_log(disk, small_options());
        append_durably(*log, 30);
        REQUIRE(log->append(run_of(31, 60)));
        disk.stop_at(2);
        CHECK_FALSE(log->step());
      }
      disk.power_loss(loss::subset);
      for (const std::uint64_t nth : {first, second}) {
        disk.stop_at(nth);
        (void)log::open(disk, directory, small_options());
        disk.power_loss(loss::subset);
      }
      INFO("stopped at calls " << first << " and " << second);
      auto log = start_log(disk, small_options());
      const std::uint64_t last = check_replay(*log);
      REQUIRE(last >= 30);
      REQUIRE(last <= 90);
      append_durably(*log, 3);
    }
}

} // namespace tallyman::journal::testing
