// Cases 9 and 10 on the simulated disk: calls that fail.

#include "crash/ledger.hpp"
#include "crash/seeds.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("case 9: a failed sync is final, even if the next one would succeed") {
  simulated_storage disk(3);
  std::uint64_t acknowledged = 0;
  int failures = 0;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) { acknowledged = sequence; };
  callbacks.on_failure = [&](const error& failure) {
    ++failures;
    CHECK(failure.kind == error_kind::io);
  };
  auto log = start_log(disk, small_options(), callbacks);
  append_durably(*log, 10);
  REQUIRE(log->append(run_of(11, 10)));
  disk.fail_sync(1);
  CHECK_FALSE(log->flush());
  CHECK_FALSE(log->append(run_of(21, 1)));
  CHECK_FALSE(log->flush());
  CHECK_FALSE(log->step());
  CHECK_FALSE(log->close());
  CHECK(failures == 1);
  CHECK(acknowledged == 10);
  log.reset();
  // The kernel holds the lost pages as clean: reading them from the cache would show an event that the
  // disk does not have.
  auto again = start_log(disk, small_options());
  CHECK(check_replay(*again) == 10);
  append_durably(*again, 10);
  again.reset();
  disk.power_loss(simulated_storage::loss::everything);
  CHECK(check_replay(*open_log(disk, small_options())) == 20);
}

TEST_CASE("case 10: a full disk is a clear error at every write, and nothing acknowledged is lost") {
  for (std::uint64_t room = 0; room < 40; ++room) {
    simulated_storage disk(room + 1);
    disk.set_capacity(room * 3 * block_bytes);
    std::uint64_t acknowledged = 0;
    if (auto opened = log::open(disk, directory, small_options())) {
      REQUIRE((*opened)->start({}));
      for (std::uint64_t sequence = 1; sequence < 400; sequence += 10) {
        if (!(*opened)->append(run_of(sequence, 10)))
          break;
        if (auto flushed = (*opened)->flush(); !flushed) {
          CHECK(flushed.failure().kind == error_kind::io);
          CHECK(flushed.failure().what.find("No space left") != std::string::npos);
          break;
        }
        acknowledged = (*opened)->durable_sequence();
      }
    } else {
      CHECK(opened.failure().kind == error_kind::io);
    }
    disk.clear_faults();
    INFO("room for " << room * 3 << " blocks");
    auto again = start_log(disk, small_options());
    CHECK(check_replay(*again) >= acknowledged);
    append_durably(*again, 100);
  }
}

TEST_CASE("case 10: a read error while opening or replaying is an error, not the end of the log") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    for (int i = 0; i < 30; ++i)
      append_durably(*log, 10);
    REQUIRE(log->close());
  }
  bool finished = false;
  for (std::uint64_t nth = 1; !finished; ++nth) {
    REQUIRE(nth < 1000);
    disk.fail_read(nth);
    INFO("read " << nth);
    const auto before = disk.image();
    auto opened = log::open(disk, directory, small_options());
    if (!opened) {
      REQUIRE(opened.failure().kind == error_kind::io);
      REQUIRE((disk.image() == before));
      disk.clear_faults();
      continue;
    }
    auto cursor = (*opened)->replay({1});
    REQUIRE(cursor);
    std::uint64_t last = 0;
    for (;;) {
      auto batch = cursor->next();
      if (!batch) {
        REQUIRE(batch.failure().kind == error_kind::io);
        REQUIRE_FALSE(cursor->next());
        break;
      }
      if (!*batch) {
        REQUIRE(last == 300);
        finished = true;
        break;
      }
      last = (*batch)->last_sequence();
    }
    disk.clear_faults();
  }
}

namespace {

/// Arms one fault on a journal that has lived for a while, works on, and takes stock after the process is
/// gone.
template <class Arm>
void one_fault(std::uint64_t seed, Arm arm) {
  std::mt19937_64 random(seed);
  simulated_storage disk(seed);
  ledger book;
  live(disk, seed, random, book, 10);
  disk.kill_process();
  arm(disk, random() % 60 + 1);
  live(disk, seed, random, book, 60);
  disk.clear_faults();
  if (seed % 2 == 0)
    disk.kill_process();
  else
    disk.power_loss(simulated_storage::loss::subset);
  check_promises(disk, book);
}

} // namespace

TEST_CASE(
    "case 9: a sync that fails once, of a batch, a segment, a snapshot or a folder, keeps every promise",
    "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    one_fault(run.seed(), [](simulated_storage& disk, std::uint64_t nth) { disk.fail_sync(nth); });
  }
}

TEST_CASE("case 10: a write that stops half-way, wherever it is, keeps every promise", "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    one_fault(run.seed(), [](simulated_storage& disk, std::uint64_t nth) { disk.fail_write(nth); });
  }
}

TEST_CASE("case 10: a rename that fails, at a roll and at a snapshot, keeps every promise", "[seeds]") {
  for (seed_run run(500); run.next();) {
    INFO(run.repeat());
    one_fault(run.seed(), [](simulated_storage& disk, std::uint64_t nth) { disk.fail_rename(nth % 6 + 1); });
  }
}

TEST_CASE(
    "case 10: a disk that fills up in mid-life, at a batch, a zero-fill or a snapshot, keeps every promise",
    "[seeds]") {
  for (seed_run run(500); run.next();) {
    INFO(run.repeat());
    one_fault(run.seed(), [](simulated_storage& disk, std::uint64_t nth) {
      std::uint64_t used = 0;
      for (const std::string& path : disk.files())
        used += disk.content(path).size();
      disk.set_capacity(used + nth * 3000);
    });
  }
}

TEST_CASE("case 10: an error while reading, at any time of a life, is no end of the log", "[seeds]") {
  for (seed_run run(500); run.next();) {
    INFO(run.repeat());
    one_fault(run.seed(), [](simulated_storage& disk, std::uint64_t nth) { disk.fail_read(nth % 30 + 1); });
  }
}

} // namespace tallyman::journal::testing
