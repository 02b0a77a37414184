#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

const std::string fixed_time = "2026-11-23T12:00:00Z";

std::string images_of(const std::string& data, const arguments& more = {}) {
  arguments given{"images", "--data", data, "-o", "json"};
  given.insert(given.end(), more.begin(), more.end());
  return run_well(given);
}

/// The digest of everything, times too, in all the ways in which the state can be recovered.
std::vector<std::string> digests_of(const std::string& data) {
  std::vector<std::string> digests;
  for (const auto* threads : {"1", "2"}) {
    const arguments given{"digest", "--times", "--data", data, "--threads", threads};
    digests.push_back(run_well(given));
    digests.push_back(
        run_well({"digest", "--times", "--ignore-snapshots", "--data", data, "--threads", threads}));
  }
  return digests;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = text.find('\n', from) + 1;
    lines.push_back(text.substr(from, end - from));
    from = end;
  }
  return lines;
}

} // namespace

TEST_CASE("the recording gives the expected inventory and one digest, however it is cut, run and recovered") {
  std::string digest;
  for (const auto* chunk_bytes : {"31", "4096", "100003", "67108864"})
    for (const auto* threads : {"1", "2"})
      for (const auto* snapshot_every : {"0", "100"}) {
        INFO("chunks of " << chunk_bytes << ", " << threads << " threads, a snapshot every "
                          << snapshot_every);
        const scratch folder;
        const auto data = folder / "journal";
        run_well({"ingest", "--data", data, "--time", fixed_time, "--chunk-bytes", chunk_bytes, "--threads",
                  threads, "--snapshot-every", snapshot_every, recording("cluster.ndjson")});
        REQUIRE(essence_of_json(images_of(data)) == expected_essence());
        REQUIRE(essence_of_json(images_of(data, {"--ignore-snapshots"})) == expected_essence());
        const auto stat = nlohmann::json::parse(run_well({"journal", "stat", "-o", "json", data}));
        CHECK(stat["snapshots"].empty() == (std::string{snapshot_every} == "0"));
        for (const auto& each : digests_of(data)) {
          digest = digest.empty() ? each : digest;
          REQUIRE(each == digest);
        }
      }
}

TEST_CASE("each recording gives the expected inventory as events, as lists, and as both") {
  for (const auto* of : {"kubernetes-1.20-rollouts", "kubernetes-1.32-rollouts"}) {
    INFO(of);
    const scratch folder;
    const std::vector<std::string> lists{recording("final/nodes.json", of),
                                         recording("final/owners.json", of),
                                         recording("final/pods.json", of)};
    const auto events = read_file(recording("cluster.ndjson", of));
    const auto half = folder.file("half.ndjson", events.substr(0, events.find('\n', events.size() / 2) + 1));
    const auto ingest = [&](const std::string& data, const std::vector<std::string>& files, bool relist) {
      arguments given{"ingest", "--data", folder / data};
      if (relist)
        given.push_back("--relist");
      given.insert(given.end(), files.begin(), files.end());
      return run_well(given);
    };
    ingest("events", {recording("cluster.ndjson", of)}, false);
    ingest("lists", lists, true);
    ingest("both", {half}, false);
    ingest("both", lists, true);
    for (const auto* data : {"events", "lists", "both"})
      REQUIRE(essence_of_json(images_of(folder / data)) == expected_essence(of));
  }
}

TEST_CASE("an input that arrives byte by byte is the same input") {
  const scratch folder;
  const auto start = folder.file("start.ndjson", read_file(recording("cluster.ndjson")).substr(0, 98'211));
  run_well({"ingest", "--data", folder / "bytes", "--time", fixed_time, "--chunk-bytes", "1", start});
  run_well({"ingest", "--data", folder / "whole", "--time", fixed_time, start});
  CHECK(run_well({"digest", "--times", "--data", folder / "bytes"}) ==
        run_well({"digest", "--times", "--data", folder / "whole"}));
}

TEST_CASE("events that come a second time, after their objects have gone, bring nothing back") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, recording("cluster.ndjson"), recording("cluster.ndjson")});
  CHECK(essence_of_json(images_of(data)) == expected_essence());
  run_well({"ingest", "--data", data, recording("cluster.ndjson")});
  CHECK(essence_of_json(images_of(data)) == expected_essence());
}

TEST_CASE("pods, nodes and workloads can be fed kind after kind, in every order") {
  using files = std::vector<std::string>;
  const auto of_kind = [](const std::string& kind) {
    return files{recording("watch/" + kind + ".list.json"), recording("watch/" + kind + ".watch.ndjson")};
  };
  files workloads;
  for (const auto* kind : {"cronjobs", "deployments", "jobs", "replicasets"})
    for (const auto& file : of_kind(kind))
      workloads.push_back(file);
  std::vector<files> order{of_kind("nodes"), of_kind("pods"), workloads};
  std::sort(order.begin(), order.end());
  do {
    const scratch folder;
    arguments given{"ingest", "--data", folder / "journal"};
    for (const auto& group : order)
      given.insert(given.end(), group.begin(), group.end());
    run_well(given);
    REQUIRE(essence_of_json(images_of(folder / "journal")) == expected_essence());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE(
    "what kubectl printed of the pods becomes the whole inventory once nodes and workloads are listed") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, "-"}, recording("kubectl-pods.watch.json"));
  CHECK_THAT(run_well({"images", "--data", data}),
             Contains("ReplicaSet shop/catalog-") && Contains("amd64?"));
  run_well({"ingest", "--data", data, recording("final/nodes.json"), recording("final/owners.json")});
  CHECK(essence_of_json(images_of(data)) == expected_essence());
}

TEST_CASE("deletions that a watch missed are found by listing again, and only with --relist") {
  const auto events = lines_of(read_file(recording("cluster.ndjson")));
  std::string half;
  for (std::size_t i = 0; i < events.size() / 2; ++i)
    half += events[i];
  for (const bool relist : {true, false}) {
    const scratch folder;
    const auto data = folder / "journal";
    run_well({"ingest", "--data", data, folder.file("half.ndjson", half)});
    arguments given{"ingest",
                    "--data",
                    data,
                    recording("final/nodes.json"),
                    recording("final/owners.json"),
                    recording("final/pods.json")};
    if (relist)
      given.push_back("--relist");
    run_well(given);
    CHECK((essence_of_json(images_of(data)) == expected_essence()) == relist);
  }
}

TEST_CASE("the pages of a complete list may be in several inputs, and the first ones stay") {
  const auto page = [](std::string_view metadata, std::string_view uid) {
    return R"({"kind":"PodList","apiVersion":"v1","metadata":)" + std::string{metadata} +
           R"(,"items":[{"metadata":{"name":"p-)" + std::string{uid} + R"(","uid":")" + std::string{uid} +
           R"("},"spec":{"containers":[{"name":"c","image":"app:1"}]},"status":{"phase":"Running",)"
           R"("containerStatuses":[{"name":"c","imageID":"app@1","containerID":"containerd://1"}]}}]})";
  };
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--relist", "--data", data,
            folder.file("1.json", page(R"({"resourceVersion":"5","continue":"more"})", "a")),
            folder.file("2.json", page(R"({"resourceVersion":"5"})", "b"))});
  CHECK_THAT(images_of(data), Catch::Contains(R"("a")") && Catch::Contains(R"("b")"));
}
