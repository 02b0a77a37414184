// The ways in which other trackers go wrong, one test case each.

#include "tally/blocks.hpp"
#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

} // namespace

TEST_CASE("a pod whose add comes after its delete leaves no ghost") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  CHECK(cluster.gone(at(20, pod("a"))) == intake::verdict::admitted);
  CHECK(cluster.see(at(19, pod("a"))) == intake::verdict::late);
  CHECK(cluster.see(at(20, pod("a"))) == intake::verdict::late);
  CHECK(cluster.images().empty());
  CHECK(cluster.state.placed.pods().empty());
}

TEST_CASE("a deleted ReplicaSet does not leak its Deployment's entry") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("Deployment", "web"));
  cluster.see(workload("ReplicaSet", "web-1", deployment));
  cluster.see(pod("a", replica_set));
  REQUIRE(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
  cluster.gone(workload("ReplicaSet", "web-1", deployment));
  cluster.gone(workload("Deployment", "web"));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
  cluster.gone(pod("a", replica_set));
  CHECK(cluster.images().empty());
  CHECK(cluster.image("app:1").owners().empty());
}

TEST_CASE("a deleted node does not leak its pods' arm64 entry") {
  tracked_cluster cluster;
  cluster.see(node("n", "arm64"));
  cluster.see(pod("a"));
  cluster.gone(node("n", "arm64"));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  cluster.gone(pod("a"));
  CHECK(cluster.images().empty());
}

TEST_CASE("a pod seen before its node is tallied once, on the node's architecture") {
  tracked_cluster cluster;
  cluster.see(pod("a"));
  REQUIRE(cluster.images() == keys{"sha256:1|amd64|app:1"});
  CHECK(cluster.image("app:1", "sha256:1", "amd64").platform_provisional(tally_rules::second));
  cluster.see(node("n", "arm64"));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  CHECK_FALSE(cluster.image("app:1").platform_provisional(tally_rules::second));
}

TEST_CASE("a delete that the watch missed is found by the next list") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.see(pod("b"));
  cluster.list("Pod", {pod("b")}, 30);
  CHECK(cluster.state.placed.pods().size() == 1);
  CHECK(cluster.image("app:1").pods().size() == 1);
  CHECK(cluster.see(at(29, pod("a"))) == intake::verdict::late);
}

TEST_CASE("a failed pod stops owning its image, as a succeeded one does") {
  for (const auto phase : {pod_phase::failed, pod_phase::succeeded}) {
    tracked_cluster cluster;
    cluster.see(node("n"));
    auto evicted = pod("a", deployment);
    cluster.see(evicted);
    REQUIRE(cluster.images().size() == 1);
    evicted.phase = phase;
    cluster.see(evicted);
    CHECK(cluster.images().empty());
    CHECK(cluster.image("app:1").owners().empty());
  }
}

TEST_CASE("an image changed inside a pod gives its old entry back") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  SECTION("by kubectl set image") {
    cluster.see(pod("a", {}, {running("app:2", "sha256:2")}));
    CHECK(cluster.images() == keys{"sha256:2|arm64|app:2"});
  }
  SECTION("by a restart with a moved tag") {
    cluster.see(pod("a", {}, {running("app:1", "sha256:2")}));
    CHECK(cluster.images() == keys{"sha256:2|arm64|app:1"});
  }
  SECTION("of which the status is not known yet") {
    cluster.see(pod("a", {}, {running("app:2", "")}));
    CHECK(cluster.images().empty());
  }
}

TEST_CASE("the loss of the last owner is a change until the remote has acknowledged it") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  const auto key = cluster.image("app:1").key();
  const auto acknowledge = [&](std::uint64_t version) {
    cluster.take({}, remote_acknowledged{key.image_id, key.architecture, key.name, version});
  };
  acknowledge(1);
  REQUIRE(cluster.image("app:1").acknowledged_version() == cluster.image("app:1").owner_version());
  cluster.gone(pod("a"));
  CHECK(cluster.image("app:1").acknowledged_version() < cluster.image("app:1").owner_version());
  acknowledge(2);
  CHECK(cluster.image("app:1").acknowledged_version() == cluster.image("app:1").owner_version());
}

TEST_CASE("an owner that comes between copy and acknowledgement does not count as sent") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  const auto key = cluster.image("app:1").key();
  const auto copied = cluster.image("app:1").owner_version();
  cluster.see(pod("b")); // in the same millisecond
  cluster.take({}, remote_acknowledged{key.image_id, key.architecture, key.name, copied});
  CHECK(cluster.image("app:1").acknowledged_version() == copied);
  CHECK(cluster.image("app:1").owner_version() == copied + 1);
  cluster.take({}, remote_acknowledged{key.image_id, key.architecture, key.name, 99});
  CHECK(cluster.image("app:1").acknowledged_version() == copied + 1);
}

TEST_CASE("scan state is not lost at a restart") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.scan(scan_outcome::failed, "sha256:1", 180'000);
  cluster.see(pod("b", {}, {running("other:1", "sha256:2")}));
  cluster.scan(scan_outcome::succeeded, "sha256:2");
  const auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  for (std::size_t i = 0; i < cluster.state.images.size(); ++i)
    CHECK(restored->images[i] == cluster.state.images[i]);
}

TEST_CASE("a CronJob's image keeps its scan state between runs") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  for (int run = 0; run < 5; ++run) {
    const auto name = fmt::format("run-{}", run);
    cluster.see(workload("Job", name, controller("CronJob", "nightly", "batch/v1"), "batch/v1"));
    cluster.see(pod(name + "-x", controller("Job", name, "batch/v1")));
    CHECK(cluster.owners(cluster.image("app:1")) == keys{"CronJob shop/nightly 1"});
    if (run == 0)
      cluster.scan(scan_outcome::succeeded);
    CHECK(cluster.image("app:1").stage(cluster.now_ms) == scan_stage::scanned);
    cluster.gone(pod(name + "-x"));
    cluster.wait(day_ms - 1);
  }
  cluster.wait(1);
  CHECK_FALSE(cluster.knows("app:1"));
}

TEST_CASE("a failing image that comes back does not start again at the first back-off step") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.scan(scan_outcome::failed);
  cluster.scan(scan_outcome::failed, "sha256:1", 180'000);
  cluster.gone(pod("a"));
  cluster.wait(60'000);
  cluster.see(pod("b"));
  CHECK(cluster.image("app:1").scan().failures == 2);
  CHECK(cluster.image("app:1").stage(cluster.now_ms) == scan_stage::backing_off);
}

TEST_CASE("images of CRI-O are tallied like any others") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {{"main", "app:1", "quay.io/app@sha256:1", "cri-o"}}));
  REQUIRE(cluster.images() == keys{"quay.io/app@sha256:1|arm64|app:1"});
  CHECK(cluster.text(
            cluster.image("app:1", "quay.io/app@sha256:1").runtime(tally_rules::second, *cluster.strings)) ==
        "cri-o");
}

TEST_CASE("the owner is the controller's controller, not whoever has the same labels or comes first") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("Deployment", "twin"));
  cluster.see(workload("Deployment", "web"));
  cluster.see(workload("ReplicaSet", "web-1", deployment));
  cluster.see(pod("a", replica_set));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
}

TEST_CASE("the pods of a custom controller are one owner's") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  const auto set = controller("CloneSet", "game", "apps.kruise.io/v1alpha1");
  cluster.see(pod("a", set));
  cluster.see(pod("b", set));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"CloneSet shop/game 2"});
}

TEST_CASE("the image of an ephemeral container is tallied") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  auto debugged = pod("a");
  debugged.containers.push_back({"debug", "busybox:1", "sha256:9", "containerd", container_list::ephemeral});
  debugged.containers.push_back({"first", "init:1", "sha256:8", "containerd", container_list::init});
  cluster.see(debugged);
  CHECK(cluster.images() ==
        keys{"sha256:1|arm64|app:1", "sha256:8|arm64|init:1", "sha256:9|arm64|busybox:1"});
}

TEST_CASE("what is remembered of the gone is bounded, and the oldest goes first") {
  tracked_cluster cluster;
  fact_batch none;
  for (std::uint64_t i = 1; i <= tombstones::size_max + 10; ++i)
    cluster.state.incoming.admit(none, {1, pod_gone{{i, 4}, 0, gone_reason::deleted}});
  CHECK(cluster.state.incoming.gone().size() == tombstones::size_max);
  CHECK_FALSE(cluster.state.incoming.gone().contains({10, 4}));
  CHECK(cluster.state.incoming.gone().contains({11, 4}));
}
