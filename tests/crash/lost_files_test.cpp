// Case 11: directory entries that are gone, and files that are empty or only begun.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("case 11: a lost file is noticed") {
  simulated_storage disk(1);
  make_log(disk, 30, true);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  SECTION("the newest segment") {
    REQUIRE(disk.remove(paths.back()));
  }
  SECTION("one in the middle") {
    REQUIRE(disk.remove(paths[1]));
  }
  SECTION("the first") {
    REQUIRE(disk.remove(paths[0]));
  }
  SECTION("all segments") {
    for (const auto& path : paths)
      REQUIRE(disk.remove(path));
  }
  SECTION("the superblock") {
    REQUIRE(disk.remove(directory + "/superblock"));
  }
  SECTION("the newest segment's content") {
    disk.set_content(paths.back(), "");
  }
  SECTION("all but the newest segment's header") {
    disk.set_content(paths.back(), disk.content(paths.back()).substr(0, block_bytes));
  }
  SECTION("the newest segment's batches") {
    std::string header = disk.content(paths.back()).substr(0, block_bytes);
    header.resize(disk.content(paths.back()).size());
    disk.set_content(paths.back(), header);
  }
  check_refused(disk, directory);
}

TEST_CASE("case 11: a name that a crash took back is noticed, or was never needed") {
  // Every unlink and every loss of a name on its own, after a life with rolls and snapshots.
  simulated_storage origin(1);
  {
    ledger book;
    auto log = start_log(origin, small_options(), entering(book));
    for (int i = 0; i < 30; ++i) {
      append_durably(*log, 10);
      if (i % 8 == 7)
        REQUIRE(take_state_snapshot(*log, book.acknowledged));
    }
    REQUIRE(log->close());
  }
  for (const std::string& lost : origin.files()) {
    simulated_storage disk(1);
    for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
      REQUIRE(disk.make_directory(directory + folder));
    for (const std::string& path : origin.files())
      if (path != lost)
        disk.set_content(path, origin.content(path));
    INFO("without " << lost);
    const auto opened = start_or_leave_alone(disk);
    // Not even the first one: what retention takes, the superblock knows of.
    const bool is_segment = lost.find("/segments/") != std::string::npos;
    if (lost.ends_with("/superblock") || is_segment) {
      REQUIRE_FALSE(opened);
      CHECK(opened.failure().kind == error_kind::damaged);
      continue;
    }
    if (!opened)
      FAIL(opened.failure().what);
    CHECK(restore_state(**opened) == state_after(300));
  }
}

TEST_CASE("case 11: an interrupted creation is made anew, unless it may be more than that") {
  simulated_storage disk(1);
  make_log(disk, 3, true);
  REQUIRE(disk.remove(directory + "/superblock"));
  check_refused(disk, directory + "/superblock");

  simulated_storage begun(1);
  REQUIRE(log::open(begun, directory, small_options()));
  REQUIRE(begun.remove(directory + "/superblock"));
  auto log = start_log(begun, small_options(2));
  CHECK(log->info().recovery.what == recovery_report::outcome::created);
  append_durably(*log, 5);
}

} // namespace tallyman::journal::testing
