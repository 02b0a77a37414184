#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;
using json = nlohmann::json;

namespace {

/// The recording, taken in at three times, with snapshots on the way.
class past_cluster {
public:
  past_cluster() {
    const auto whole = read_file(recording("cluster.ndjson"));
    const auto cut = [&](std::size_t at) { return whole.find('\n', at) + 1; };
    const auto first = cut(whole.size() / 3), second = cut(2 * whole.size() / 3);
    ingest(whole.substr(0, first), "2026-11-20T12:00:00Z");
    first_part = last_sequence();
    ingest(whole.substr(first, second - first), "2026-11-21T12:00:00Z");
    second_part = last_sequence();
    ingest(whole.substr(second), "2026-11-22T12:00:00Z");
  }

  void ingest(const std::string& part, const std::string& time) const {
    run_well({"ingest", "--data", data, "--time", time, "--snapshot-every", "90", folder.file("part", part)});
  }

  std::uint64_t last_sequence() const {
    return json::parse(run_well({"journal", "stat", "-o", "json", data}))["last_sequence"];
  }

  json ask(arguments given) const {
    given.insert(given.end(), {"--data", data, "-o", "json"});
    return json::parse(run_well(given));
  }

  scratch folder;
  std::string data = folder / "journal";
  std::uint64_t first_part = 0;
  std::uint64_t second_part = 0;
};

/// image_id, architecture, name, owner's uid.
using pair = std::array<std::string, 4>;
using pairs = std::set<pair>;

pair pair_of(const json& image, const json& owner) {
  const auto text = [](const json& value) { return value.get<std::string>(); };
  return {text(image["image_id"]), text(image["architecture"]), text(image["name"]), text(owner["uid"])};
}

void add_owners(pairs& to, const json& image, const json& owners) {
  for (const auto& owner : owners)
    to.insert(pair_of(image, owner));
}

pairs pairs_of(const json& inventory) {
  pairs all;
  for (const auto& image : inventory["images"])
    add_owners(all, image, image["owners"]);
  return all;
}

/// What a history of everything makes of an inventory.
void follow(pairs& all, const json& history) {
  for (const auto& entry : history["entries"]) {
    const auto what = entry["what"].get<std::string>();
    if (!entry.contains("owner"))
      continue;
    const auto changed = pair_of(entry, entry["owner"]);
    if (what == "owner-lost")
      CHECK(all.erase(changed) == 1);
    else
      CHECK(all.insert(changed).second);
  }
}

} // namespace

TEST_CASE("images --at shows what images showed then, by sequence and by time") {
  const past_cluster cluster;
  const auto then = cluster.ask({"images", "--at", std::to_string(cluster.first_part)});
  CHECK(then["sequence"] == cluster.first_part);
  CHECK(then["at"] == "2026-11-20T12:00:00.000Z");
  CHECK(cluster.ask({"images", "--at", "2026-11-20T12:00:00Z"}) == then);
  CHECK(cluster.ask({"images", "--at", "2026-11-21T11:59:59Z"})["images"] == then["images"]);
  CHECK(cluster.ask({"images", "--ignore-snapshots", "--at", "2026-11-20T12:00:00Z"}) == then);
  CHECK(cluster.ask({"images", "--at", "2026-11-21T12:00:00+00:00"})["sequence"] == cluster.second_part);

  const scratch other;
  const auto part = read_file(recording("cluster.ndjson"));
  const auto cut = part.find('\n', part.size() / 3) + 1;
  run_well({"ingest", "--data", other / "journal", "--time", "2026-11-20T12:00:00Z",
            other.file("part", part.substr(0, cut))});
  const auto live = json::parse(run_well({"images", "--data", other / "journal", "-o", "json"}));
  CHECK(then["images"] == live["images"]);
  for (const auto* scope : {"--times", "--ignore-snapshots"})
    CHECK(run_well({"digest", scope, "--data", cluster.data, "--at", std::to_string(cluster.first_part)}) ==
          run_well({"digest", scope, "--data", other / "journal"}));
}

TEST_CASE("a moment that the journal does not reach, or that is none, is refused in one line") {
  const past_cluster cluster;
  const struct {
    const char* moment;
    const char* says;
  } wrong[] = {{"100000", "there is no event 100000 yet: the journal ends with event 672"},
               {"2026-11-19T12:00:00Z", "begins with event 1 of 2026-11-20T12:00:00.000Z"},
               {"9990-01-01T00:00:00Z", "is yet to come"},
               {"yesterday", "is no moment"},
               {"-", "is no moment"},
               {"-5", "is no moment"},
               {"-1h1h", "is no moment"},
               {"-99999w", "is no moment"},
               {"99999999999999999999", "is no moment"}};
  for (const auto& [moment, says] : wrong)
    for (const auto& given :
         {arguments{"images", "--at", moment}, arguments{"digest", "--at", moment},
          arguments{"explain", "u", "--at", moment}, arguments{"history", "u", "--from", moment},
          arguments{"history", "u", "--to", moment}, arguments{"diff", moment, "1"},
          arguments{"diff", "1", moment}}) {
      auto all = given;
      all.insert(all.end(), {"--data", cluster.data});
      const auto ended = run(all);
      INFO(given.front() << " " << moment << ": " << ended.err);
      CHECK(ended.code == 2);
      CHECK(ended.complained_once());
      CHECK_THAT(ended.err, Contains(says));
      CHECK(ended.out.empty());
    }
}

TEST_CASE("a moment may be given as how long ago it was") {
  const scratch folder;
  const auto data = folder / "journal";
  run_well({"ingest", "--data", data, recording("cluster.ndjson")});
  for (const auto* given : {"-0s", "-0d0h0m0s"})
    CHECK(json::parse(run_well({"images", "-o", "json", "--data", data, "--at", given}))["sequence"] == 672);
  const auto ended = run({"diff", "--data", data, "-1h30m", "-0s"});
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("-1h30m is before the history"));
}

TEST_CASE("what is due is judged as of the moment that is asked about") {
  const past_cluster cluster;
  run_well({"scan-result", "--data", cluster.data, "--image-id", "ubuntu:24.04", "--arch", "amd64", "--error",
            "no"});
  const auto state_at = [&](const std::string& moment) {
    const auto shown = cluster.ask({"images", "--at", moment});
    for (const auto& image : shown["images"])
      if (image["name"] == "ubuntu:24.04")
        return image["scan"]["state"].get<std::string>();
    return std::string{};
  };
  CHECK(state_at("672") == "pending");
  CHECK(state_at("673") == "backing-off");
}

TEST_CASE("diff is the difference of two inventories") {
  const past_cluster cluster;
  const auto before = std::to_string(cluster.first_part), after = std::to_string(cluster.last_sequence());
  auto walked = pairs_of(cluster.ask({"images", "--at", before}));
  const auto diff = cluster.ask({"diff", before, after});
  CHECK(diff["from"]["sequence"] == cluster.first_part);
  CHECK(diff["to"]["at"] == "2026-11-22T12:00:00.000Z");
  pairs lost, gained;
  for (const auto& image : diff["images_lost"])
    add_owners(lost, image, image["owners"]);
  for (const auto& image : diff["images_gained"])
    add_owners(gained, image, image["owners"]);
  for (const auto& image : diff["images_changed"]) {
    add_owners(lost, image, image["owners_lost"]);
    add_owners(gained, image, image["owners_gained"]);
  }
  CHECK_FALSE((gained.empty() || lost.empty()));
  for (const auto& each : lost)
    CHECK(walked.erase(each) == 1);
  for (const auto& each : gained)
    CHECK(walked.insert(each).second);
  CHECK(walked == pairs_of(cluster.ask({"images", "--at", after})));

  const auto csv = run_well({"diff", "--data", cluster.data, "-o", "csv", before, after});
  CHECK_THAT(csv,
             Catch::Matchers::StartsWith(
                 "change,image_id,architecture,name,owner_kind,owner_namespace,owner_name,owner_uid\r\n"));
  CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) ==
        1 + gained.size() + lost.size());
  CHECK_THAT(run_well({"diff", "--data", cluster.data, before, before}), Contains("nothing changed"));
}

TEST_CASE("the history of every image, followed from any event, leads to the inventory") {
  const past_cluster cluster;
  // Every image of the recording has a colon in its name.
  pairs all;
  follow(all, cluster.ask({"history", ":"}));
  CHECK(all == pairs_of(cluster.ask({"images"})));
  pairs from_middle;
  follow(from_middle, cluster.ask({"history", "--from", std::to_string(cluster.first_part + 1), "--to",
                                   std::to_string(cluster.second_part), ":"}));
  CHECK(from_middle == pairs_of(cluster.ask({"images", "--at", std::to_string(cluster.second_part)})));
}

TEST_CASE("a history tells scans with their back-off, the end, and the return, in their order") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto pod = [&](const std::string& uid, const std::string& type, const std::string& time) {
    run_well(
        {"ingest", "--data", data, "--time", time,
         folder.file("pod", R"({"type":")" + type +
                                R"(","object":{"kind":"Pod","apiVersion":"v1","metadata":)"
                                R"({"name":"p-)" +
                                uid + R"(","namespace":"n","uid":")" + uid +
                                R"("},"spec":{"containers":[{"name":"c","image":"=app,1\u001b"}]},"status":)"
                                R"({"phase":"Running","containerStatuses":[{"name":"c","imageID":"app@1",)"
                                R"("containerID":"containerd://1"}]}}})")});
  };
  pod("a", "ADDED", "2026-11-20T12:00:00Z");
  run_well({"scan-result", "--data", data, "--image-id", "app@1", "--arch", "amd64", "--error", "no, route"});
  const auto now = json::parse(run_well({"images", "--data", data, "-o", "json"}));
  const auto retry_at = now["images"][0]["scan"]["next_scan_at"].get<std::string>();
  const auto day = now["at"].get<std::string>().substr(0, 4) == "2026" ? "2027-01-01" : "9000-01-01";
  pod("a", "DELETED", std::string{day} + "T00:00:00Z");
  const auto gone = json::parse(run_well({"images", "--data", data, "-o", "json", "--gone"}));
  REQUIRE(gone["images"].size() == 1);
  CHECK(gone["images"][0]["last_seen_at"] == std::string{day} + "T00:00:00.000Z");
  CHECK(gone["images"][0]["scan"]["state"] == "idle");
  CHECK(json::parse(run_well({"images", "--data", data, "-o", "json"}))["images"].empty());
  pod("b", "ADDED", std::string{day} + "T01:00:00Z");

  const auto told = json::parse(run_well({"history", "--data", data, "-o", "json", "app@1"}));
  std::vector<std::string> words;
  for (const auto& entry : told["entries"])
    words.push_back(entry["what"]);
  CHECK(words == std::vector<std::string>{"appeared", "owner-gained", "scan-failed", "owner-lost", "gone",
                                          "returned", "owner-gained"});
  CHECK(told["entries"][2]["scan"] ==
        json{{"failures", 1}, {"last_error", "no, route"}, {"next_scan_at", retry_at}});
  const auto table = run_well({"history", "--data", data, "app@1"});
  CHECK_THAT(table, Contains("1 failed, next try at " + retry_at + ": no, route") && Contains("Pod n/p-a") &&
                        Contains(R"(=app,1\x1b)") && !Contains("\x1b"));
  const auto csv = run_well({"history", "--data", data, "-o", "csv", "app@1"});
  CHECK_THAT(csv, Contains(R"("no, route")") && !Contains("\x1b"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 8);

  for (const auto* owner : {"Pod/n/p-b", "Pod n/p-b"}) {
    const auto of_owner = json::parse(run_well({"history", "--data", data, "-o", "json", owner}));
    REQUIRE(of_owner["entries"].size() == 1);
    CHECK(of_owner["entries"][0]["what"] == "image-gained");
    CHECK(of_owner["entries"][0]["name"] == "=app,1\x1b");
  }
}

TEST_CASE("the history of what never was is exit code 7") {
  const past_cluster cluster;
  for (const auto* wanted :
       {"nobody/knows", "Deployment/shop/nobody", "Deployment/nowhere/catalog", "Job shop"}) {
    const auto ended = run({"history", "--data", cluster.data, wanted});
    INFO(ended.err);
    CHECK(ended.code == 7);
    CHECK(ended.complained_once());
  }
  CHECK(run({"history", "--data", cluster.data, ""}).code == 2);
  CHECK(run({"history", "--data", cluster.data, "u", "--from", "600", "--to", "5"}).code == 2);
}

TEST_CASE("an image that is called exactly what is asked for is meant alone") {
  const past_cluster cluster;
  const auto names_told = [&](const char* wanted) {
    const auto told = cluster.ask({"history", wanted});
    std::set<std::string> names;
    for (const auto& entry : told["entries"])
      names.insert(entry["name"].get<std::string>());
    return names;
  };
  CHECK(names_told("ubuntu").size() > 1);
  CHECK(names_told("ubuntu:24.04") == std::set<std::string>{"ubuntu:24.04"});
}

TEST_CASE("the past is there beside a process that writes") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto whole = read_file(recording("cluster.ndjson"));
  program ingest{{"ingest", "--data", data, "-"}, ""};
  ingest.give(whole);
  REQUIRE(eventually([&] { return run({"images", "--data", data, "--at", "600"}).code == 0; }));
  CHECK_THAT(run_well({"history", "--data", data, "--to", "600", "busybox"}),
             Contains("CronJob batch/sweep"));
  CHECK_THAT(run_well({"diff", "--data", data, "100", "600"}), Contains("from sequence 100 of"));
  ingest.end_input();
  CHECK(ingest.wait().code == 0);
}
