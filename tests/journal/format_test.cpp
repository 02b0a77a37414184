#include "journal/checksum.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tallyman::journal::testing {

namespace {

const std::vector<std::string> golden_files{"/superblock", "/segments/00000000000000000001.log",
                                            "/segments/00000000000000000007.log",
                                            "/snapshots/00000000000000000004.snap"};

/// Every version that there ever was: what today's program must read.
std::string golden(std::uint32_t version) {
  return TALLYMAN_GOLDEN + std::string("/version-") + std::to_string(version);
}

/// Every feature of the format once: definitions, time jumps, an empty payload, an empty batch, a snapshot, a
/// roll.
void write_golden_journal(simulated_storage& disk) {
  log_options options = small_options(20);
  options.cluster = "golden";
  options.batch_bytes_max = 2 * block_bytes;
  options.segment_bytes_first = 6 * block_bytes;
  auto log = start_log(disk, options);
  record_run run;
  run.add_definition(1, 1'700'000'000'000, "registry.example/app:1");
  run.add_event(2, 1'700'000'000'001, "first");
  run.add_event(3, 1'700'000'000'005, "");
  run.add_event(2, 1'600'000'000'000, "the clock jumped back");
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  run.clear();
  run.add_event(126, 1'700'000'000'100, "second batch");
  run.add_event(0, 1'800'000'000'000, "the clock jumped ahead");
  REQUIRE(log->append(run));
  auto snapshot = log->begin_snapshot(4);
  REQUIRE(snapshot);
  REQUIRE((*snapshot)->add_block(7, "state at four"));
  REQUIRE((*snapshot)->add_block(8, ""));
  REQUIRE((*snapshot)->commit());
  run.clear();
  run.add_definition(1, 1'800'000'000'001, std::string(5000, 'd'));
  run.add_event(2, 1'800'000'000'001, "in the second segment");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(log->append(run));
    REQUIRE(log->flush());
  }
  REQUIRE(log->close());
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

std::vector<std::string> texts(const log& of, std::uint64_t from) {
  std::vector<std::string> found;
  auto cursor = of.replay({from});
  REQUIRE(cursor);
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      return found;
    for (const record& one : **batch)
      found.push_back((one.definition ? "definition " : std::to_string(one.sequence) + " ") +
                      std::to_string(one.type) + " " + std::to_string(one.time_ms) + " " +
                      std::string(one.payload));
  }
}

/// A disk with the golden journal of a version on it.
void load_golden(simulated_storage& disk, std::uint32_t version) {
  for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
    REQUIRE(disk.make_directory(directory + folder));
  for (const std::string& name : golden_files)
    disk.set_content(directory + name, read_file(golden(version) + name));
}

/// Gives a 4 KiB block that ends with its checksum another format version.
void set_version(std::string& file, std::size_t block, std::uint32_t version) {
  std::memcpy(file.data() + block + 8, &version, sizeof version);
  const std::uint64_t sum = checksum({file.data() + block, block_bytes - 8});
  std::memcpy(file.data() + block + block_bytes - 8, &sum, sizeof sum);
}

void check_too_new(simulated_storage& disk, const std::string& path) {
  const auto before = disk.content(path);
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
  CHECK(disk.content(path) == before);
}

} // namespace

TEST_CASE("today's writer produces the golden journal byte for byte") {
  simulated_storage disk(1);
  write_golden_journal(disk);
  // A deliberate change of the format: raise format_version, then scripts/golden.
  if (std::getenv("TALLYMAN_WRITE_GOLDEN") != nullptr)
    for (const std::string& name : golden_files) {
      const std::filesystem::path path = golden(format_version_plain) + name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << disk.content(directory + name);
    }
  for (const std::string& name : golden_files) {
    INFO(name);
    CHECK(disk.content(directory + name) == read_file(golden(format_version_plain) + name));
  }
}

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
    const std::string path = directory + golden_files.back();
    std::string snapshot = disk.content(path);
    const std::uint32_t version = format_version + 1;
    std::memcpy(snapshot.data() + 8, &version, sizeof version);
    const std::uint64_t sum = checksum({snapshot.data(), 56});
    std::memcpy(snapshot.data() + 56, &sum, sizeof sum);
    disk.set_content(path, snapshot);
    check_too_new(disk, path);
  }
}

TEST_CASE("case 15: the golden journal of every version is read as it was meant, and written on") {
  const auto version = GENERATE(range(1U, format_version_plain + 1));
  simulated_storage disk(1);
  load_golden(disk, version);
  log_options options;
  options.read_only = true;
  auto log = open_log(disk, options);
  CHECK(log->info().cluster == "golden");
  CHECK(log->info().snapshot_sequence == 4);
  CHECK(texts(*log, 1) == std::vector<std::string>{
                              "definition 1 1700000000000 registry.example/app:1",
                              "1 2 1700000000001 first",
                              "2 3 1700000000005 ",
                              "3 2 1600000000000 the clock jumped back",
                              "4 126 1700000000100 second batch",
                              "5 0 1800000000000 the clock jumped ahead",
                              "definition 1 1800000000001 " + std::string(5000, 'd'),
                              "6 2 1800000000001 in the second segment",
                              "definition 1 1800000000001 " + std::string(5000, 'd'),
                              "7 2 1800000000001 in the second segment",
                          });
  CHECK(texts(*log, 7).back() == "7 2 1800000000001 in the second segment");
  auto snapshot = log->newest_snapshot();
  REQUIRE((snapshot && *snapshot));
  CHECK((*(*snapshot)->next())->bytes == "state at four");
  log = start_log(disk, small_options(9));
  record_run run;
  run.add_event(5, 1, "by a later program");
  REQUIRE(log->append_durably(run));
  REQUIRE(log->close());
  disk.power_loss(simulated_storage::loss::everything);
  CHECK(texts(*open_log(disk, options), 8) == std::vector<std::string>{"8 5 1 by a later program"});
}

} // namespace tallyman::journal::testing
