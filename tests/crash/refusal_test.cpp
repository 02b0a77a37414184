// A refusal changes nothing: whatever a start reads before it says no, the journal is as it was, to the byte.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("refusal: a rotten byte that only replay finds leaves torn end, spares and snapshots as they are") {
  simulated_storage disk(1);
  make_untidy_log(disk);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  SECTION("with no snapshot behind it") {
    for (const std::string& file : disk.files())
      if (file.ends_with(".snap"))
        REQUIRE(disk.remove(file));
  }
  SECTION("with snapshots that are rotten too") {
    for (const std::string& file : disk.files())
      if (file.ends_with(".snap"))
        disk.set_content(file, "rotten");
  }
  disk.set_content(paths[1], flipped(disk.content(paths[1]), block_bytes + 200));
  check_refused(disk, directory);
}

TEST_CASE("refusal: a folder that is missing is not made by a start that refuses") {
  simulated_storage origin(1);
  make_untidy_log(origin);
  for (const std::string lost : {"/segments/", "/snapshots/"}) {
    simulated_storage disk(1);
    REQUIRE(disk.make_directory(directory));
    for (const auto& [path, bytes] : origin.image())
      if (!path.ends_with('/') && path.find(lost) == std::string::npos)
        disk.set_content(path, bytes);
    if (lost != "/segments/") {
      const auto paths = segment_paths(disk);
      disk.set_content(paths[1], flipped(disk.content(paths[1]), block_bytes + 200));
    }
    INFO("without " << lost);
    check_refused(disk, directory);
  }
}

TEST_CASE("refusal: without a superblock no file of what may be a journal is removed") {
  simulated_storage disk(1);
  make_untidy_log(disk);
  REQUIRE(disk.remove(directory + "/superblock"));
  check_refused(disk, directory);
  for (const std::string& file : disk.files())
    if (file.ends_with(".snap"))
      REQUIRE(disk.remove(file));
  check_refused(disk, directory);
}

TEST_CASE("refusal: what is repaired at last is what was planned, once, and the log goes on") {
  simulated_storage disk(1);
  make_untidy_log(disk);
  disk.set_content(snapshot_file(300), "rotten");
  REQUIRE(start_or_leave_alone(disk));
  for (const std::string& file : disk.files()) {
    CHECK(file.find("spare-9") == std::string::npos);
    CHECK_FALSE(file.ends_with(".tmp"));
  }
  CHECK(disk.content(directory + "/quarantine/00000000000000000300.snap.0") == "rotten");
  auto log = start_log(disk, small_options(8));
  CHECK(log->info().recovery.what == recovery_report::outcome::clean);
  CHECK(log->info().snapshot_sequence == 240);
  append_durably(*log, 5);
  CHECK(check_replay(*log) == 305);
}

} // namespace tallyman::journal::testing
