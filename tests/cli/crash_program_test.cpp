#include "cli/program.hpp"
#include "cli/recording.hpp"
#include "messages/seed.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <random>
#include <thread>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

const arguments slow_ingest{"--chunk-bytes", "2000",   "--snapshot-every",
                            "150",           "--time", "2026-11-23T12:00:00Z"};

arguments ingest_into(const std::string& data) {
  arguments given{"ingest", "--data", data};
  given.insert(given.end(), slow_ingest.begin(), slow_ingest.end());
  given.push_back(recording("cluster.ndjson"));
  return given;
}

std::chrono::microseconds undisturbed_time() {
  const scratch folder;
  const auto started = std::chrono::steady_clock::now();
  run_well(ingest_into(folder / "journal"));
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
}

} // namespace

TEST_CASE("cases 1 and 15: a process killed at any moment loses nothing: finishing the ingest gives the "
          "whole inventory") {
  const auto seed = tallyman::testing::test_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  const auto whole = undisturbed_time();
  std::uniform_int_distribution<std::int64_t> moment{0, whole.count()};
  int killed = 0;
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    const scratch folder;
    const auto data = folder / "journal";
    for (int kill = 0; kill < 2; ++kill) {
      program ingest{ingest_into(data)};
      std::this_thread::sleep_for(std::chrono::microseconds{moment(random)});
      ingest.send(SIGKILL);
      killed += ingest.wait().signal == SIGKILL ? 1 : 0;
    }
    // The next writer may have something to say about an unfinished batch, but must not refuse.
    const auto finished = run(ingest_into(data));
    INFO(finished.err);
    REQUIRE(finished.code == 0);
    REQUIRE(essence_of_json(run_well({"images", "-o", "json", "--data", data})) == expected_essence());
    const auto digest = run_well({"digest", "--times", "--data", data});
    REQUIRE(run_well({"digest", "--times", "--ignore-snapshots", "--data", data}) == digest);
    REQUIRE_THAT(run_well({"journal", "verify", data}), Contains("sound: "));
  }
  CHECK(killed > 5);
}

TEST_CASE("SIGINT and SIGTERM end the reading, and everything read so far is journaled") {
  const auto start = read_file(recording("cluster.ndjson")).substr(0, 98'211);
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const scratch folder;
    const auto data = folder / "journal";
    program ingest{{"ingest", "--data", data, "-"}, ""};
    ingest.give(start + R"({"kind":"Pod","metadata":{)");
    REQUIRE(eventually([&] {
      const auto stat = run({"journal", "stat", data});
      return stat.out.find("sequences 1 to 22)") != std::string::npos;
    }));
    ingest.send(signal);
    const auto ended = ingest.wait();
    CHECK(ended.signal == 0);
    CHECK(ended.code == code);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.out, Contains("at sequence 22\n"));
    CHECK_THAT(run_well({"digest", "--data", data}), Contains("  sequence 22\n"));
  }
}
