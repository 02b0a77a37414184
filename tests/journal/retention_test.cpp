#include "journal/support.hpp"
#include "journal/upkeep/retention.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

#include <limits>

namespace tallyman::journal::testing {

namespace {

using std::chrono::milliseconds;

/// Events happen every 10 ms here, event n at 10 * n, so that ages are plain.
void append_steadily(log& to, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    record_run run;
    const std::uint64_t sequence = to.next_sequence();
    run.add_event(1, static_cast<std::int64_t>(10 * sequence),
                  std::string(1'500, static_cast<char>('a' + sequence % 26)));
    REQUIRE(to.append(run));
    if (i % 5 == 4)
      REQUIRE(to.flush());
  }
  REQUIRE(to.flush());
}

/// 300 events over many segments, a snapshot after every 25.
std::unique_ptr<log> make_history(simulated_storage& disk, log_options options = small_options()) {
  auto log = start_log(disk, options);
  for (std::uint64_t sequence = 25; sequence <= 300; sequence += 25) {
    append_steadily(*log, 25);
    take_snapshot(*log, sequence);
  }
  return log;
}

std::vector<std::uint64_t> snapshots_on(const simulated_storage& disk) {
  std::vector<std::uint64_t> found;
  for (const std::string& path : disk.files())
    if (path.ends_with(".snap"))
      found.push_back(sequence_of_name(path.substr(path.rfind('/') + 1), ".snap"));
  return found;
}

std::uint64_t bytes_on(const simulated_storage& disk) {
  std::uint64_t bytes = 0;
  for (const std::string& path : disk.files())
    if (path.ends_with(".snap") || path.ends_with(".log"))
      bytes += disk.content(path).size();
  return bytes;
}

/// Every state from `first` on can be built: a snapshot at or before it, and all events between.
void check_reachable(const log& of, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    auto base = of.snapshot_before(sequence);
    INFO("state after " << sequence);
    REQUIRE(base);
    REQUIRE((*base || of.info().first_sequence == 1));
    auto cursor = of.replay({*base ? (*base)->sequence() + 1 : 1});
    REQUIRE(cursor);
  }
}

} // namespace

TEST_CASE("without limits nothing ever goes") {
  simulated_storage disk(1);
  auto log = make_history(disk);
  CHECK(log->info().first_sequence == 1);
  CHECK(log->info().history_sequence == 0);
  CHECK(snapshots_on(disk).size() == 12);
  CHECK(log->plan_retention({})->empty());
}

TEST_CASE("by age every moment within it stays reachable, and what is much older goes") {
  simulated_storage disk(1);
  log_options options = small_options();
  options.keep.age = milliseconds(1'500);
  auto log = make_history(disk, options);
  const auto info = log->info();
  CHECK(info.first_sequence > 1);
  REQUIRE(info.history_sequence != 0);
  // The last event is at 3,000, so the state at 1,500 is that after event 150.
  CHECK(info.history_sequence <= 150);
  CHECK(info.history_sequence >= 75);
  check_reachable(*log, info.history_sequence, 300);
  CHECK(log->snapshot_before(info.history_sequence - 1).failure().kind == error_kind::usage);
  CHECK(snapshots_on(disk).front() == info.history_sequence);
  REQUIRE(log->close());
  CHECK_FALSE(verify(disk, directory)->first_damage);
  auto again = open_log(disk, small_options());
  CHECK(again->info().history_sequence == info.history_sequence);
  CHECK(again->info().first_sequence == info.first_sequence);
  CHECK(again->info().last_sequence == 300);
}

TEST_CASE("by size segments and snapshots stay within it") {
  simulated_storage disk(1);
  log_options options = small_options();
  options.keep.bytes = 5 * options.segment_bytes;
  auto log = make_history(disk, options);
  CHECK(bytes_on(disk) <= options.keep.bytes);
  CHECK(log->info().history_sequence > 25);
  check_reachable(*log, log->info().history_sequence, 300);
}

TEST_CASE("no limit, however tight, takes what recovery needs") {
  simulated_storage disk(1);
  {
    auto log = make_history(disk);
    const auto plan = log->apply_retention({milliseconds(1), 1});
    REQUIRE(plan);
    CHECK_FALSE(plan->empty());
    CHECK_FALSE(plan->obstacle.empty());
    CHECK(log->info().history_sequence <= 275);
    // The limits are not met, but nothing more may go.
    CHECK(log->apply_retention({milliseconds(1), 1})->empty());
  }
  disk.set_content(snapshot_file(300), "rotten");
  auto log = open_log(disk, small_options());
  CHECK(log->info().snapshot_sequence == 275);
  auto cursor = log->replay();
  REQUIRE(cursor);
  CHECK((**cursor->next()).first_sequence() == 276);
}

TEST_CASE("a rotten snapshot does not count among the two that recovery needs, nor as the beginning") {
  simulated_storage disk(1);
  auto log = make_history(disk);
  for (const std::uint64_t rotten : {275U, 250U, 175U, 150U})
    disk.set_content(snapshot_file(rotten), "rotten");
  const auto plan = log->apply_retention({milliseconds(1), 0});
  REQUIRE(plan);
  CHECK(plan->history_sequence <= 225);
  REQUIRE(log->close());
  disk.set_content(snapshot_file(300), "rotten");
  CHECK(open_log(disk, small_options())->info().snapshot_sequence == 225);
}

TEST_CASE("with fewer than two sound snapshots nothing goes") {
  simulated_storage disk(1);
  auto log = make_history(disk);
  for (const std::uint64_t sequence : snapshots_on(disk))
    if (sequence != 300)
      disk.set_content(snapshot_file(sequence), "rotten");
  const auto plan = log->apply_retention({milliseconds(1), 1});
  REQUIRE(plan);
  CHECK(plan->empty());
  CHECK_FALSE(plan->obstacle.empty());
  CHECK(log->info().first_sequence == 1);
}

TEST_CASE("an older segment that is lost is not taken for one that retention took") {
  simulated_storage disk(1);
  {
    auto log = make_history(disk);
    REQUIRE_FALSE(log->apply_retention({milliseconds(1'000), 0})->empty());
  }
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 3);
  const std::string lost = disk.content(paths[0]);
  REQUIRE(disk.remove(paths[0]));
  for (const bool read_only : {false, true}) {
    const auto before = disk.image();
    const auto refused = log::open(disk, directory, read_only ? reading() : small_options());
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().kind == error_kind::damaged);
    CHECK((disk.image() == before));
  }
  disk.set_content(paths[0], lost);
  CHECK(open_log(disk, small_options())->info().last_sequence == 300);
}

TEST_CASE("a lost superblock slot does not make retired segments look lost") {
  simulated_storage disk(1);
  {
    auto log = make_history(disk);
    REQUIRE_FALSE(log->apply_retention({milliseconds(1'000), 0})->empty());
  }
  const std::string path = directory + "/superblock";
  const std::string whole = disk.content(path);
  for (const std::size_t slot : {std::size_t{0}, block_bytes}) {
    std::string rotten = whole;
    rotten[slot + 50] = static_cast<char>(rotten[slot + 50] ^ 1);
    disk.set_content(path, rotten);
    CHECK(open_log(disk, reading())->info().last_sequence == 300);
  }
}

TEST_CASE("retention that is stopped at any call leaves a journal that opens, and is finished then") {
  bool finished = false;
  for (std::uint64_t nth = 1; !finished; ++nth) {
    REQUIRE(nth < 100);
    for (const auto loss : {simulated_storage::loss::everything, simulated_storage::loss::subset,
                            simulated_storage::loss::nothing}) {
      simulated_storage disk(nth);
      auto log = make_history(disk);
      disk.stop_at(nth);
      const auto plan = log->apply_retention({milliseconds(1'000), 0});
      finished = !disk.stopped();
      log.reset();
      disk.power_loss(loss);
      INFO("stopped at call " << nth << ", loss " << static_cast<int>(loss));
      {
        auto reader = open_log(disk, reading());
        CHECK(reader->info().last_sequence == 300);
        check_reachable(*reader, reader->info().history_sequence, 300);
      }
      auto again = start_log(disk, small_options());
      const auto info = again->info();
      CHECK((info.first_sequence == 1) == (info.history_sequence == 0));
      CHECK((info.history_sequence == 0 || snapshots_on(disk).front() == info.history_sequence));
      CHECK(segment_paths(disk).size() == info.segment_count);
      append_steadily(*again, 25);
      take_snapshot(*again, 325);
      REQUIRE(again->close());
      CHECK_FALSE(verify(disk, directory)->first_damage);
    }
  }
}

TEST_CASE("a journal that gave up history is marked with the version that knows of it") {
  simulated_storage disk(1);
  auto log = make_history(disk);
  CHECK(log->info().version == 1);
  REQUIRE_FALSE(log->apply_retention({milliseconds(1'000), 0})->empty());
  CHECK(log->info().version == 2);
  REQUIRE(log->close());
  std::uint32_t version = 0;
  std::memcpy(&version, disk.content(directory + "/superblock").data() + 8, sizeof version);
  CHECK(version == 2);
}

TEST_CASE("a reader beside a writer whose retention works sees a history without holes, whenever it looks") {
  simulated_storage disk(1);
  log_options options = small_options();
  options.keep.age = milliseconds(500);
  auto log = start_log(disk, options);
  for (std::uint64_t sequence = 25; sequence <= 500; sequence += 25) {
    append_steadily(*log, 25);
    auto before = open_log(disk, reading());
    take_snapshot(*log, sequence);
    auto after = open_log(disk, reading());
    CHECK(after->info().last_sequence >= before->info().last_sequence);
    check_reachable(*after, after->info().history_sequence, after->info().last_sequence);
  }
  CHECK(log->info().first_sequence > 1);
}

} // namespace tallyman::journal::testing
