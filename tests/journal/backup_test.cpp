#include "journal/backup.hpp"
#include "journal/disk_storage.hpp"
#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

namespace tallyman::journal::testing {

namespace {

log_options reading_only() {
  log_options options;
  options.read_only = true;
  return options;
}

} // namespace

TEST_CASE("a backup beside a writer that rolls, takes snapshots and gives up history is a sound journal") {
  const temporary_directory place;
  disk_storage disk;
  const std::string from = place.path() + "/journal";
  log_options options = small_options();
  options.seams = nullptr;
  options.keep.bytes = 30 * options.segment_bytes;
  auto opened = log::open(disk, from, options);
  REQUIRE(opened);
  log& writing = **opened;
  REQUIRE(writing.start({}));
  std::atomic<bool> stop{false};
  std::string failed;
  std::thread writer([&] {
    for (std::uint64_t next = 1; !stop; next += 5) {
      auto given = writing.append_durably(run_of(next, 5));
      if (!given) {
        failed = given.failure().what;
        return;
      }
      if (given->last % 100 != 0)
        continue;
      auto snapshot = writing.begin_snapshot(given->last);
      if (!snapshot || !(*snapshot)->add_block(1, "state") || !(*snapshot)->commit()) {
        failed = "a snapshot failed";
        return;
      }
    }
  });
  std::string copy_failed;
  for (int copies = 0; copies < 30; ++copies) {
    while (writing.durable_sequence() < static_cast<std::uint64_t>(100 * (copies + 1)))
      std::this_thread::yield();
    const std::string to = place.path() + "/copy" + std::to_string(copies);
    const std::uint64_t before = writing.durable_sequence();
    const auto report = backup(disk, from, to);
    if (!report) {
      copy_failed = report.failure().what;
      break;
    }
    CHECK_FALSE(*disk.exists(to + ".unfinished"));
    // The newest batch beside a writer may not be proven yet.
    CHECK(report->last_sequence + 5 >= before);
    CHECK_FALSE(verify(disk, to)->first_damage);
    auto copy = log::open(disk, to, reading_only());
    REQUIRE(copy);
    CHECK(check_replay(**copy, report->first_sequence) == report->last_sequence);
    CHECK((*copy)->info().history_sequence == report->history_sequence);
  }
  stop = true;
  writer.join();
  CHECK(failed.empty());
  CHECK(copy_failed == "");
  CHECK(writing.info().first_sequence > 1);
}

TEST_CASE("a backup is a journal that goes on where the copy ended, and the original is as it was") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    append_durably(*log, 90);
    take_snapshot(*log, 60);
    REQUIRE(log->close());
  }
  std::vector<std::string> before;
  for (const std::string& path : disk.files())
    before.push_back(disk.content(path));
  const auto report = backup(disk, directory, "/copy");
  REQUIRE(report);
  CHECK(report->last_sequence == 90);
  CHECK(report->snapshots == std::vector<std::uint64_t>{60});
  std::vector<std::string> after;
  for (const std::string& path : disk.files())
    if (path.starts_with(directory + "/"))
      after.push_back(disk.content(path));
  CHECK(before == after);
  auto copy = log::open(disk, "/copy", small_options());
  REQUIRE(copy);
  REQUIRE((*copy)->start({}));
  append_durably(**copy, 20);
  CHECK(check_replay(**copy) == 110);
}

TEST_CASE("a backup that fails, or was killed earlier, leaves nothing and is in nobody's way") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    append_durably(*log, 90);
    REQUIRE(log->close());
  }
  const auto before = disk.image();
  for (std::uint64_t nth = 1;; ++nth) {
    disk.fail_write(nth);
    const auto report = backup(disk, directory, "/copy");
    disk.clear_faults();
    if (report) {
      CHECK(nth > 3);
      break;
    }
    INFO("write " << nth);
    REQUIRE((disk.image() == before));
  }
  REQUIRE(disk.rename("/copy", "/killed.unfinished"));
  REQUIRE(backup(disk, directory, "/killed"));
  CHECK_FALSE(*disk.exists("/killed.unfinished"));
  CHECK_FALSE(verify(disk, "/killed")->first_damage);
}

TEST_CASE("a backup goes nowhere that is taken, and leaves a rotten snapshot out") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    append_durably(*log, 90);
    take_snapshot(*log, 30);
    take_snapshot(*log, 60);
    REQUIRE(log->close());
  }
  CHECK(backup(disk, directory, directory).failure().kind == error_kind::usage);
  CHECK(backup(disk, "/nowhere", "/copy").failure().kind == error_kind::usage);
  REQUIRE(disk.rename(directory, "/copy.unfinished"));
  for (const char* to : {"/copy", "/copy//"})
    CHECK(backup(disk, "/copy.unfinished/", to).failure().kind == error_kind::usage);
  REQUIRE(disk.rename("/copy.unfinished", directory));
  disk.set_content(snapshot_file(30), "rotten");
  const auto report = backup(disk, directory, "/copy");
  REQUIRE(report);
  CHECK(report->snapshots == std::vector<std::uint64_t>{60});
  CHECK(report->left_out.size() == 1);
}

} // namespace tallyman::journal::testing
