#include "cli/small_cluster.hpp"
#include "cli/terminal/inventory_table.hpp"
#include "views/inventory_text.hpp"
#include "views/inventory_view.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tallyman;
using namespace tallyman::cli;
using namespace tallyman::cli::testing;

namespace {

constexpr auto minute_ms = 60'000;

observations scan_of(small_cluster& cluster, std::string_view image_id, scan_outcome outcome,
                     std::string_view why) {
  observations seen;
  scan_finished scan;
  scan.image_id = cluster.id(image_id);
  scan.architecture = cluster.id("amd64");
  scan.outcome = outcome;
  scan.error = seen.batch.add_text(why);
  scan.wait_ms = minute_ms;
  seen.batch.facts.push_back({0, scan});
  return seen;
}

std::vector<std::string> names_of(const inventory_view& inventory) {
  std::vector<std::string> names;
  for (const auto& image : inventory.images)
    names.push_back(image.name);
  return names;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("one digest of an index on two architectures, and under two names, is as many images") {
  small_cluster cluster;
  cluster.feed(node_json(uid_number(1), "a", "amd64"));
  cluster.feed(node_json(uid_number(2), "b", "arm64"));
  cluster.feed(pod_json(uid_number(10), "a", "a", "multi:1", "multi@1"));
  cluster.feed(pod_json(uid_number(11), "b", "b", "multi:1", "multi@1"));
  cluster.feed(pod_json(uid_number(12), "c", "a", "mirror.example.com/retagged:1", "multi@1"));
  cluster.take(scan_of(cluster, "multi@1", scan_outcome::succeeded, ""));
  const auto images = cluster.inventory().images;
  REQUIRE(images.size() == 3);
  CHECK(names_of(cluster.inventory()) == names{"mirror.example.com/retagged:1", "multi:1", "multi:1"});
  CHECK(images[1].architecture == "amd64");
  CHECK(images[1].scan_state == "scanned");
  CHECK(images[2].architecture == "arm64");
  CHECK(images[2].scan_state == "pending");
}

TEST_CASE("images, owners and pods are listed in the order of their text, not of their arrival") {
  small_cluster cluster;
  cluster.feed(node_json(uid_number(1), "n", "amd64"));
  cluster.feed(
      pod_json(uid_number(30), "c", "n", "b:1", "b@1", controlled_by("Rollout", "late", uid_number(9))));
  cluster.feed(
      pod_json(uid_number(20), "b", "n", "b:1", "b@1", controlled_by("Rollout", "early", uid_number(8))));
  cluster.feed(
      pod_json(uid_number(10), "a", "n", "b:1", "b@1", controlled_by("Rollout", "late", uid_number(9))));
  cluster.feed(pod_json(uid_number(40), "d", "n", "a:1", "b@1"));
  const auto inventory = cluster.inventory();
  CHECK(names_of(inventory) == names{"a:1", "b:1"});
  const auto& owners = inventory.images[1].owners;
  REQUIRE(owners.size() == 2);
  CHECK(owners[0].name == "early");
  CHECK(owners[1].pods == names{uid_number(10), uid_number(30)});
  const auto totals = totals_of(inventory);
  CHECK(totals.owners == 3);
  CHECK(totals.pods == 4);
}

TEST_CASE("an owner is provisional only while every pod of it waits for a parent") {
  small_cluster cluster;
  const auto of_set = controlled_by("ReplicaSet", "web-1", uid_number(5));
  cluster.feed(pod_json(uid_number(10), "a", "n", "web:1", "web@1", of_set));
  auto image = cluster.inventory().images.at(0);
  CHECK(image.platform_provisional);
  CHECK(image.owners.at(0).kind == "ReplicaSet");
  CHECK(image.owners.at(0).provisional);

  cluster.feed(replica_set_json(uid_number(5), "web-1"));
  cluster.feed(node_json(uid_number(1), "n", "amd64"));
  image = cluster.inventory().images.at(0);
  CHECK_FALSE(image.platform_provisional);
  CHECK_FALSE(image.owners.at(0).provisional);
}

TEST_CASE("an image that nothing runs any more is not in the inventory, though its scan state is kept") {
  small_cluster cluster;
  const auto pod = pod_json(uid_number(10), "a", "n", "web:1", "web@1");
  cluster.feed(pod);
  cluster.feed(R"({"type":"DELETED","object":)" + pod + "}");
  CHECK(cluster.inventory().images.empty());
  CHECK(cluster.inventory(idle_images::included).images.size() == 1);
}

TEST_CASE("filters keep whole images, with the owners that do not match too") {
  small_cluster cluster;
  cluster.feed(
      pod_json(uid_number(10), "a", "n", "web:1", "web@1", controlled_by("Rollout", "one", uid_number(8))));
  cluster.feed(
      pod_json(uid_number(11), "b", "n", "web:1", "web@1", controlled_by("Rollout", "two", uid_number(9))));
  cluster.feed(pod_json(uid_number(12), "c", "n", "db:1", "db@1"));
  auto inventory = cluster.inventory();
  keep_matching(inventory, {false, owner_pattern::parse("Rollout/shop/one"), ""});
  REQUIRE(names_of(inventory) == names{"web:1"});
  CHECK(inventory.images[0].owners.size() == 2);
  inventory = cluster.inventory();
  keep_matching(inventory, {false, owner_pattern::parse("po/c"), "shop"});
  CHECK(names_of(inventory) == names{"db:1"});
  keep_matching(inventory, {false, {}, "elsewhere"});
  CHECK(inventory.images.empty());
}

TEST_CASE("the most urgent scan is the one with the fewest failures, then the one that waits longest") {
  small_cluster cluster;
  cluster.feed(pod_json(uid_number(10), "a", "n", "failed:1", "failed"));
  cluster.now_ms += minute_ms;
  cluster.feed(pod_json(uid_number(11), "b", "n", "old:1", "old"));
  cluster.now_ms += minute_ms;
  cluster.feed(pod_json(uid_number(12), "c", "n", "new:1", "new"));
  cluster.feed(pod_json(uid_number(13), "d", "n", "done:1", "done"));
  cluster.feed(pod_json(uid_number(14), "e", "n", "secret:1", "secret"));
  cluster.take(scan_of(cluster, "failed", scan_outcome::failed, "no route"));
  cluster.take(scan_of(cluster, "done", scan_outcome::succeeded, ""));
  cluster.take(scan_of(cluster, "secret", scan_outcome::image_private, "denied"));
  const auto urgent = [&] {
    auto inventory = cluster.inventory();
    keep_matching(inventory, {true, {}, ""});
    order_by_urgency(inventory);
    return names_of(inventory);
  };
  CHECK(urgent() == names{"old:1", "new:1"});
  cluster.now_ms += minute_ms;
  CHECK(urgent() == names{"old:1", "new:1", "failed:1"});
}

TEST_CASE("a quarantined image is shown with its owners and the reason, not left out") {
  small_cluster cluster;
  cluster.feed(node_json(uid_number(1), "n", "arm64"));
  cluster.feed(pod_json(uid_number(10), "a", "n", "web:1", "web@1"));
  auto view = cluster.view();
  view.state.images[0] = {};
  view.quarantined.push_back({0, "a bug"});
  const auto inventory = make_inventory(view, "small", cluster.now_ms);
  REQUIRE(inventory.images.size() == 1);
  const auto& image = inventory.images[0];
  CHECK(image.name == "web:1");
  CHECK(image.architecture == "arm64");
  CHECK_FALSE(image.platform_provisional);
  CHECK(image.runtime == "containerd");
  CHECK(image.scan_state == "quarantined");
  CHECK(image.last_error == "a bug");
  REQUIRE(image.owners.size() == 1);
  CHECK(image.owners[0].pods == names{uid_number(10)});
}

TEST_CASE("the JSON of an image has the documented members, and null for times that are unset") {
  small_cluster cluster;
  cluster.feed(pod_json(uid_number(10), "a", "n", "web:1", "web@1"));
  CHECK(
      json_line(json_of(cluster.inventory().images.at(0))) ==
      R"({"image_id":"web@1","name":"web:1","architecture":"amd64","os":"linux","runtime":"containerd",)"
      R"("platform_provisional":true,"owners":[{"kind":"Pod","namespace":"shop","name":"a",)"
      R"("uid":"00000000-0000-4000-8000-000000000010","provisional":false,)"
      R"("pods":["00000000-0000-4000-8000-000000000010"]}],"scan":{"state":"pending","failures":0,)"
      R"("last_error":null,"next_scan_at":null,"scanned_at":null},)"
      R"("first_seen_at":"2023-11-14T22:13:20.000Z","last_seen_at":"2023-11-14T22:13:20.000Z","owner_changed_at":"2023-11-14T22:13:20.000Z"})");
}

TEST_CASE("JSON stays valid when a scanner's message is not UTF-8") {
  image_row image;
  image.last_error = "caf\xe9";
  CHECK(json::parse(json_line(json_of(image)))["scan"]["last_error"] == "caf\xef\xbf\xbd");
}

TEST_CASE("an image id is shortened to what tells it from others") {
  const std::string hex(64, 'a');
  CHECK(short_image_id("docker.io/library/redis@sha256:" + hex, "redis:7") == "sha256:aaaaaaaaaaaa");
  CHECK(short_image_id("sha256:" + hex, "redis:7") == "sha256:aaaaaaaaaaaa");
  CHECK(short_image_id("docker://sha256:" + hex, "redis:7") == "sha256:aaaaaaaaaaaa");
  CHECK(short_image_id("registry.example.com/sha256@sha256:" + hex, "redis:7") == "sha256:aaaaaaaaaaaa");
  CHECK(short_image_id("registry.example.com/a@sha512:" + hex + hex, "redis:7") == "sha512:aaaaaaaaaaaa");
  CHECK(short_image_id("registry.example.com/sha256:tools", "redis:7") ==
        "registry.example.com/sha256:tools");
  CHECK(short_image_id("redis:7", "redis:7") == "-");
  CHECK(short_image_id("other", "redis:7") == "other");
  CHECK(short_image_id(std::string(41, 'x'), "redis:7") == std::string(40, 'x') + "…");
}
