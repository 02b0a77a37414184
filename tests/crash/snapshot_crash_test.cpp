// Case 13: snapshots that are partial, torn, rotten, or newer than the log. tests/journal/snapshot_test.cpp
// has the flips and cuts at every byte of one.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"
#include "crash/seeds.hpp"
#include "journal/format/segment.hpp"
#include "journal/snapshot/snapshot_store.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

/// 100 events with a snapshot after the 40th and one after the 80th, the process killed.
void make_log_with_snapshots(simulated_storage& disk, ledger& book) {
  auto log = start_log(disk, small_options(), entering(book));
  for (int i = 0; i < 10; ++i) {
    append_durably(*log, 10);
    if (i == 3 || i == 7)
      REQUIRE(take_state_snapshot(*log, book.acknowledged));
  }
  book.submitted = 100;
  disk.kill_process();
}

} // namespace

TEST_CASE(
    "case 13: a snapshot that a crash cut at any step leaves the older one, its segments and all events") {
  for (const loss kind : {loss::everything, loss::nothing, loss::subset})
    for (std::uint64_t nth = 1; nth < 40; ++nth) {
      simulated_storage disk(nth);
      ledger book;
      make_log_with_snapshots(disk, book);
      {
        auto log = start_log(disk, small_options(2), entering(book));
        disk.stop_at(nth);
        (void)take_state_snapshot(*log, 100);
      }
      disk.power_loss(kind);
      INFO("stopped at call " << nth);
      {
        const auto log = open_log(disk, small_options());
        REQUIRE(log->info().snapshot_sequence >= 80);
        REQUIRE(restore_state(*log) == state_after(100));
      }
      check_promises(disk, book);
    }
}

TEST_CASE("case 13: a snapshot is under its name only when all of it is on the disk", "[seeds]") {
  for (seed_run run(600); run.next();) {
    INFO(run.repeat());
    simulated_storage disk(run.seed());
    ledger book;
    make_log_with_snapshots(disk, book);
    {
      auto log = start_log(disk, small_options(run.seed()), entering(book));
      disk.stop_at(run.seed() % 14 + 1);
      (void)take_state_snapshot(*log, 90);
    }
    disk.power_loss(loss::subset);
    // Whatever carries the name of a snapshot can be believed: none that was cut short is among them.
    const auto found = list_snapshots(disk, directory);
    REQUIRE(found);
    const auto id = open_log(disk, small_options())->info().id;
    for (const std::uint64_t sequence : *found)
      REQUIRE(verify_snapshot(disk, snapshot_path(directory, sequence), id));
    check_promises(disk, book);
  }
}

TEST_CASE("case 13: a snapshot is never of events that a crash can still take back", "[seeds]") {
  for (seed_run run(600); run.next();) {
    INFO(run.repeat());
    simulated_storage disk(run.seed());
    ledger book;
    {
      auto log = start_log(disk, small_options(run.seed()), entering(book));
      append_durably(*log, 20);
      REQUIRE(log->append(run_of(21, 20)));
      book.submitted = 40;
      disk.stop_at(run.seed() % 16 + 1);
      (void)take_state_snapshot(*log, 40);
    }
    disk.power_loss(run.seed() % 2 == 0 ? loss::subset : loss::everything);
    check_promises(disk, book);
  }
}

TEST_CASE("case 13: a rotten newest snapshot costs nothing, and both rotten only time") {
  for (const bool both : {false, true}) {
    simulated_storage disk(3);
    ledger book;
    make_log_with_snapshots(disk, book);
    disk.rot(snapshot_path(directory, 80));
    if (both)
      disk.rot(snapshot_path(directory, 40));
    const auto log = open_log(disk, small_options());
    CHECK(log->info().snapshot_sequence == (both ? 0 : 40));
    CHECK(restore_state(*log) == state_after(100));
  }
}

TEST_CASE("case 13: a snapshot newer than the durable log is refused, not loaded over a hole") {
  simulated_storage disk(3);
  ledger book;
  make_log_with_snapshots(disk, book);
  // The log loses everything behind its fourth batch, and the superblock is that of an older time.
  const std::string superblock = [] {
    simulated_storage other(3);
    auto log = start_log(other, small_options());
    append_durably(*log, 10);
    return other.content(directory + "/superblock");
  }();
  std::string segment = disk.content(segment_path(directory, 1));
  const std::size_t end = batch_offsets(segment)[4];
  segment.replace(end, segment.size() - end, segment.size() - end, '\0');
  disk.set_content(segment_path(directory, 1), segment);
  disk.set_content(directory + "/superblock", superblock);
  check_refused(disk, snapshot_path(directory, 80));
}

} // namespace tallyman::journal::testing
