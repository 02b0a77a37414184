#include "journal/format/checksum.hpp"
#include "journal/golden_files.hpp"

#include <catch2/catch.hpp>

#include <cstring>

namespace tallyman::journal::testing {

namespace {

/// Gives a 4 KiB block that ends with its checksum another format version.
void set_version(std::string& file, std::size_t block, std::uint32_t version) {
  std::memcpy(file.data() + block + 8, &version, sizeof version);
  const std::uint64_t sum = checksum({file.data() + block, block_bytes - 8});
  std::memcpy(file.data() + block + block_bytes - 8, &sum, sizeof sum);
}

void check_too_new(simulated_storage& disk, const std::string& path) {
  const auto before = disk.image();
  for (const bool read_only : {true, false}) {
    log_options options = small_options();
    options.create_if_missing = false;
    options.read_only = read_only;
    const auto opened = log::open(disk, directory, options);
    REQUIRE_FALSE(opened);
    CHECK(opened.failure().kind == error_kind::too_new);
    CHECK_THAT(opened.failure().what, Catch::StartsWith(path + ": "));
    CHECK_THAT(opened.failure().what,
               Catch::Contains("of format version " + std::to_string(format_version + 1)) &&
                   Catch::Contains("knows up to " + std::to_string(format_version)));
  }
  CHECK((disk.image() == before));
}

} // namespace

TEST_CASE("case 15: a journal of a newer format is refused by name, whichever of its files says so") {
  simulated_storage disk(1);
  load_golden(disk, format_version_plain);
  SECTION("the superblock") {
    const std::string path = directory + "/superblock";
    std::string block = disk.content(path);
    for (const std::size_t slot : {std::size_t{0}, block_bytes})
      if (block.find_first_not_of('\0', slot) < slot + block_bytes)
        set_version(block, slot, format_version + 1);
    disk.set_content(path, block);
    check_too_new(disk, path);
  }
  SECTION("a segment") {
    const std::string path = newest_segment(disk);
    std::string segment = disk.content(path);
    set_version(segment, 0, format_version + 1);
    disk.set_content(path, segment);
    check_too_new(disk, path);
  }
  SECTION("a snapshot") {
    const std::string path = snapshot_file(4);
    std::string snapshot = disk.content(path);
    const std::uint32_t version = format_version + 1;
    std::memcpy(snapshot.data() + 8, &version, sizeof version);
    const std::uint64_t sum = checksum({snapshot.data(), 56});
    std::memcpy(snapshot.data() + 56, &sum, sizeof sum);
    disk.set_content(path, snapshot);
    check_too_new(disk, path);
  }
}

} // namespace tallyman::journal::testing
