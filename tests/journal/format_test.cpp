#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tallyman::journal::testing {

namespace {

const std::vector<std::string> golden_files{"/superblock", "/segments/00000000000000000001.log",
                                            "/snapshots/00000000000000000004.snap"};

/// Every feature of the format once: definitions, time jumps, an empty payload, an empty batch, a snapshot.
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

} // namespace

TEST_CASE("today's writer produces the golden journal byte for byte") {
  simulated_storage disk(1);
  write_golden_journal(disk);
  // A deliberate change of the format: raise format_version, and write new files next to the old ones.
  if (const char* place = std::getenv("TALLYMAN_WRITE_GOLDEN"))
    for (const std::string& name : golden_files) {
      const std::filesystem::path path = place + name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << disk.content(directory + name);
    }
  for (const std::string& name : golden_files) {
    INFO(name);
    CHECK(disk.content(directory + name) == read_file(TALLYMAN_GOLDEN + name));
  }
}

TEST_CASE("the golden journal of version 1 is read as it was meant") {
  simulated_storage disk(1);
  for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
    REQUIRE(disk.make_directory(directory + folder));
  for (const std::string& name : golden_files)
    disk.set_content(directory + name, read_file(TALLYMAN_GOLDEN + name));
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
                          });
  CHECK(texts(*log, 5) == std::vector<std::string>{"5 0 1800000000000 the clock jumped ahead"});
  auto snapshot = log->newest_snapshot();
  REQUIRE((snapshot && *snapshot));
  CHECK((*(*snapshot)->next())->bytes == "state at four");
}

} // namespace tallyman::journal::testing
