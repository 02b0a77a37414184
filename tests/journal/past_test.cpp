#include "journal/support.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

/// Sequence of the snapshot that the log offers for this state; 0 if it offers none.
std::uint64_t offered(const log& of, std::uint64_t sequence) {
  auto found = of.snapshot_before(sequence);
  if (!found)
    FAIL(found.failure().what);
  return *found ? (*found)->sequence() : 0;
}

/// 100 events in several segments with snapshots after 20, 40, 60 and 80.
void make_log_with_past(simulated_storage& disk) {
  auto log = start_log(disk, small_options());
  for (std::uint64_t sequence = 20; sequence <= 100; sequence += 20) {
    for (int i = 0; i < 4; ++i)
      append_durably(*log, 5);
    if (sequence < 100)
      take_snapshot(*log, sequence);
  }
  REQUIRE(log->close());
  REQUIRE(segment_paths(disk).size() >= 2);
}

/// One batch for each of these groups of times, one event for each time.
void append_times(log& to, const std::vector<std::vector<std::int64_t>>& batches) {
  for (const auto& times : batches) {
    record_run run;
    for (const std::int64_t time : times)
      run.add_event(1, time, std::string(900, 'x'));
    REQUIRE(to.append(run));
    REQUIRE(to.flush());
  }
}

std::uint64_t at(const log& of, std::int64_t time_ms) {
  auto found = of.sequence_at(time_ms);
  if (!found)
    FAIL(found.failure().what);
  return *found;
}

} // namespace

TEST_CASE("for every moment of the past the nearest snapshot before it is offered") {
  simulated_storage disk(1);
  make_log_with_past(disk);
  for (const bool read_only : {true, false}) {
    auto log = open_log(disk, read_only ? reading() : small_options());
    for (std::uint64_t sequence = 0; sequence <= 110; ++sequence) {
      INFO(sequence);
      CHECK(offered(*log, sequence) == std::min<std::uint64_t>(sequence / 20 * 20, 80));
    }
  }
}

TEST_CASE("a rotten snapshot of the past is passed over for the one before it") {
  simulated_storage disk(1);
  make_log_with_past(disk);
  std::string rotten = disk.content(snapshot_file(40));
  rotten[rotten.size() / 2] = static_cast<char>(rotten[rotten.size() / 2] ^ 1);
  disk.set_content(snapshot_file(40), rotten);
  auto log = open_log(disk, reading());
  CHECK(offered(*log, 59) == 20);
  CHECK(offered(*log, 60) == 60);
}

TEST_CASE("a time is found to the event, over batches and segments") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  // Event n happens at time 10 * n, three to a batch.
  for (std::int64_t first = 1; first < 120; first += 3)
    append_times(*log, {{10 * first, 10 * (first + 1), 10 * (first + 2)}});
  REQUIRE(log->info().segment_count >= 3);
  for (std::int64_t time = 0; time <= 1'300; ++time) {
    INFO(time);
    REQUIRE(at(*log, time) == static_cast<std::uint64_t>(std::min<std::int64_t>(time / 10, 120)));
  }
  CHECK(at(*log, std::numeric_limits<std::int64_t>::min()) == 0);
  REQUIRE(log->close());
  CHECK(at(*open_log(disk, reading()), 605) == 60);
}

TEST_CASE("a clock that was ahead for a while hides nothing that came after it") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  append_times(*log, {{10, 20}, {9'000, 9'010}, {30, 40}, {50}});
  CHECK(at(*log, 5) == 0);
  CHECK(at(*log, 25) == 2);
  CHECK(at(*log, 35) == 5);
  CHECK(at(*log, 45) == 6);
  CHECK(at(*log, 50) == 7);
  CHECK(at(*log, 9'500) == 7);
}

TEST_CASE("an empty log has no event at any time") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  CHECK(at(*log, 1'000) == 0);
  CHECK_FALSE(*log->snapshot_before(5));
}

} // namespace tallyman::journal::testing
