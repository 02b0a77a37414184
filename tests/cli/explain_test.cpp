#include "cli/small_cluster.hpp"
#include "cli/terminal/explain_text.hpp"
#include "views/explain_view.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace tallyman;
using namespace tallyman::cli;
using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

image_row image_in(std::string_view state, std::uint32_t failures = 0, std::string_view why = "") {
  image_row image;
  image.image_id = "web@1";
  image.owners.emplace_back();
  image.scan_state = state;
  image.failures = failures;
  image.last_error = why;
  return image;
}

constexpr std::int64_t now = 1'700'000'000'000;

} // namespace

TEST_CASE("an exact name wins over the images that merely hold it") {
  small_cluster cluster;
  cluster.feed(pod_json(uid_number(10), "a", "n", "redis", "redis@1"));
  cluster.feed(pod_json(uid_number(11), "b", "n", "redis-exporter", "exporter@1"));
  CHECK(explain(cluster.view(), "redis", now).images.size() == 1);
  CHECK(explain(cluster.view(), "redi", now).images.size() == 2);
  CHECK(explain(cluster.view(), "exporter@1", now).images.size() == 1);
  CHECK(explain(cluster.view(), "nginx", now).images.empty());
}

TEST_CASE("it names the parent that an owner waits for and the node that was not seen") {
  small_cluster cluster;
  cluster.feed(replica_set_json(uid_number(5), "web-1", controlled_by("ReplicaSet", "above", uid_number(6))));
  cluster.feed(pod_json(uid_number(10), "web-1-a", "far", "web:1", "web@1",
                        controlled_by("ReplicaSet", "web-1", uid_number(5))));
  const auto all = explain(cluster.view(), "web:1", now).images;
  REQUIRE(all.size() == 1);
  const auto& pod = all[0].owners.at(0).pods.at(0);
  CHECK(pod.waiting_on == uid_number(6));
  CHECK_FALSE(pod.platform_certain);
  CHECK_FALSE(pod.node_known);
  const auto text = text_of(all[0], now);
  CHECK_THAT(text, Contains("pod shop/web-1-a on far (linux/amd64 for now: the node has not been seen)"));
  CHECK_THAT(text, Contains("the parent with uid " + uid_number(6) + " has not been seen"));
  CHECK(json_of(all[0])["owners"][0]["pods"][0]["waiting_on"] == uid_number(6));
}

TEST_CASE("the platform of a pod stays certain after its node is gone, and it says so") {
  small_cluster cluster;
  const auto node = node_json(uid_number(1), "n", "arm64");
  cluster.feed(node + pod_json(uid_number(10), "a", "n", "web:1", "web@1"));
  cluster.feed(R"({"type":"DELETED","object":)" + node + "}");
  const auto all = explain(cluster.view(), "web:1", now).images;
  REQUIRE(all.size() == 1);
  CHECK_THAT(text_of(all[0], now), Contains("linux/arm64, as the node said before it went"));
}

TEST_CASE("it says what happens next in every state, and when") {
  CHECK(next_step(image_in("pending"), 0, now) == "scan due now: it has never been scanned");

  auto failed = image_in("pending", 1, "no route");
  failed.next_scan_at_ms = now - 5'000;
  CHECK_THAT(next_step(failed, 0, now),
             Contains("scan due now, since") && Contains("(5s ago), after 1 failure: no route"));

  auto waiting = image_in("backing-off", 2, "timed\nout");
  waiting.next_scan_at_ms = now + 180'000;
  CHECK_THAT(next_step(waiting, 0, now),
             Contains("next try at") && Contains("(in 3m), after 2 failures: timed\\nout"));

  CHECK_THAT(next_step(image_in("private", 1, "denied"), 0, now),
             Contains("refuses access") && Contains("denied"));

  auto scanned = image_in("scanned");
  scanned.scanned_at_ms = now - 60'000;
  CHECK_THAT(next_step(scanned, 0, now), Contains("it was scanned at") && Contains("(1m ago)"));

  CHECK_THAT(next_step(image_in("quarantined", 0, "a bug"), 0, now), Contains("set aside: a bug"));
}

TEST_CASE("an image that nothing runs is explained with the time at which it is forgotten") {
  small_cluster cluster;
  const auto pod = pod_json(uid_number(10), "a", "n", "web:1", "web@1");
  cluster.feed(pod);
  cluster.feed(R"({"type":"DELETED","object":)" + pod + "}");
  const auto all = explain(cluster.view(), "web", cluster.now_ms).images;
  REQUIRE(all.size() == 1);
  CHECK_THAT(all[0].next, Contains("forgotten at 2023-11-15T22:13:20.000Z (in 1d)"));
}

TEST_CASE("an image volume whose digest no status gives is explained as what it is") {
  small_cluster cluster;
  cluster.feed(
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"uid":"u","namespace":"shop","name":"model-0"},"spec":{"volumes":[)"
      R"({"name":"m","image":{"reference":"models/weights:4"}}],"containers":[{"name":"c","image":"server:1"}]},)"
      R"("status":{"phase":"Running","containerStatuses":[{"name":"c","imageID":"server@1"}]}})");
  for (const auto* wanted : {"weights", "pod/model-0"}) {
    const auto all = explain(cluster.view(), wanted, cluster.now_ms).images;
    REQUIRE_FALSE(all.empty());
    const auto text = text_of(all[0], cluster.now_ms);
    CHECK_THAT(text, Contains("image id       unknown") && Contains("Pod shop/model-0"));
    CHECK_THAT(all[0].next, Contains("once the status of a pod gives its digest"));
  }
}

TEST_CASE("an image with 20,000 pods filled the terminal") {
  constexpr unsigned pods = 20'000;
  small_cluster cluster;
  std::string json;
  for (unsigned i = 0; i < pods; ++i)
    json += pod_json(fmt::format("00000000-0000-4000-8000-{:012}", i), fmt::format("web-{}", i), "n", "web:1",
                     "web@1", controlled_by("ReplicaSet", "web", uid_number(5)));
  cluster.feed(json);
  const auto lines_of = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };

  const auto bounded = text_of(explain(cluster.view(), "web:1", now, shown_to_people), now);
  CHECK(lines_of(bounded) < 30);
  CHECK_THAT(bounded, Contains("    and 19,990 more pods; --all shows all\n"));
  CHECK_THAT(bounded, Contains("pod shop/web-9 on n") && !Contains("pod shop/web-10 on n"));

  const auto all = explain(cluster.view(), "web:1", now);
  const auto whole = text_of(all, now);
  CHECK(lines_of(whole) > pods);
  CHECK_THAT(whole, !Contains("--all"));
  CHECK(json_of(all.images.at(0))["owners"][0]["pods"].size() == pods);
}

TEST_CASE("images and owners without number are not all shown either") {
  small_cluster cluster;
  for (unsigned i = 100; i < 112; ++i)
    cluster.feed(pod_json(uid_number(i), fmt::format("p{}", i), "n", fmt::format("web:{}", i),
                          fmt::format("web@{}", i)));
  const auto images = text_of(explain(cluster.view(), "web", now, shown_to_people), now);
  CHECK_THAT(images, Contains("12 images match\n") && Contains("web:109\n") && !Contains("web:110\n") &&
                         Contains("\nand 2 more images; --all shows all\n"));
  for (unsigned i = 200; i < 211; ++i)
    cluster.feed(pod_json(uid_number(i), fmt::format("s{}", i), "n", "side:1", "side@1"));
  const auto owners = text_of(explain(cluster.view(), "side:1", now, shown_to_people), now);
  CHECK_THAT(owners, Contains("Pod shop/s209") && !Contains("Pod shop/s210") &&
                         Contains("\n  and 1 more owner; --all shows all\n"));
}
