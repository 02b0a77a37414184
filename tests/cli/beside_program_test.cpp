#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

TEST_CASE("a second writer is refused, and readers are not, while a process ingests") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto whole = read_file(recording("cluster.ndjson"));
  program ingest{{"ingest", "--data", data, "-"}, ""};
  ingest.give(whole.substr(0, 98'211));
  REQUIRE(eventually([&] {
    return run({"journal", "stat", data}).out.find("sequences 1 to 22)") != std::string::npos;
  }));

  for (const auto& writing :
       {arguments{"ingest", "--data", data, recording("cluster.ndjson")},
        arguments{"scan-result", "--data", data, "--image-id", "a", "--arch", "b", "--ok"}}) {
    const auto refused = run(writing);
    CHECK(refused.code == 5);
    CHECK(refused.complained_once());
  }
  CHECK_THAT(run_well({"images", "--data", data}), Contains("at sequence 22"));
  CHECK_THAT(run_well({"journal", "stat", data}), Contains("a process is writing to it now"));
  run_well({"journal", "verify", data});
  run_well({"journal", "dump", data});

  ingest.give(whole.substr(98'211));
  CHECK(eventually([&] {
    return essence_of_json(run_well({"images", "-o", "json", "--data", data})) == expected_essence();
  }));
  ingest.end_input();
  CHECK(ingest.wait().code == 0);
  CHECK_THAT(run_well({"journal", "stat", data}), Contains("writer       none"));
}

TEST_CASE("each back-up beside a writer that gives up history all the while is as the journal was then") {
  const std::string count = is_sanitized ? "2" : "10";
  const auto taken = run_shell("exec \"$1\" --program \"$0\" --count " + count, TALLYMAN_SCRIPTS "/backups");
  INFO(taken.err);
  CHECK(taken.code == 0);
  CHECK_THAT(taken.out, Contains(count + " back-ups"));
}
