// The rules of the tally, where no other tracker has gone wrong yet.

#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

// -- which containers count -----------------------------------------------------------------------

TEST_CASE("a pod counts in every phase but Succeeded and Failed") {
  for (const auto phase : {pod_phase::pending, pod_phase::unknown, pod_phase::running}) {
    tracked_cluster cluster;
    cluster.see(node("n"));
    auto each = pod("a");
    each.phase = phase;
    cluster.see(each);
    CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
    each.phase = pod_phase::succeeded;
    cluster.see(each);
    CHECK(cluster.images().empty());
  }
}

TEST_CASE("a container without an image or an image id does not count") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1", ""), running("", "sha256:1"), running("app:2", "sha256:2")}));
  CHECK(cluster.images() == keys{"sha256:2|arm64|app:2"});
}

TEST_CASE("two containers of one image make one placement") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1"), running("app:1")}));
  CHECK(cluster.image("app:1").pods().size() == 1);
  cluster.see(pod("a", {}, {running("app:1")}));
  CHECK(cluster.images().size() == 1);
}

// -- keys and platforms ---------------------------------------------------------------------------

TEST_CASE("image id, architecture and name each make another entry") {
  tracked_cluster cluster;
  cluster.see(node("n", "arm64"));
  cluster.see(node("m", "amd64"));
  cluster.see(pod("a", {}, {running("app:1"), running("app:2"), running("app:1", "sha256:2")}));
  auto other = pod("b");
  other.node = "m";
  cluster.see(other);
  CHECK(cluster.images() ==
        keys{"sha256:1|arm64|app:1", "sha256:1|arm64|app:2", "sha256:2|arm64|app:1", "sha256:1|amd64|app:1"});
}

TEST_CASE("a node that does not say its architecture or system yet is not believed") {
  tracked_cluster cluster;
  for (const auto& half : {node("n", "", "linux"), node("n", "arm64", "")}) {
    cluster.see(half);
    cluster.see(pod("a"));
    CHECK(cluster.images() == keys{"sha256:1|amd64|app:1"});
  }
  cluster.see(node("n", "arm64", "windows"));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  CHECK(cluster.text(cluster.image("app:1").os(tally_rules::second, *cluster.strings)) == "windows");
}

TEST_CASE("one certain pod makes an entry's platform certain, and its end makes it provisional") {
  tracked_cluster cluster;
  cluster.see(node("n", "amd64"));
  auto unknown = pod("a");
  unknown.node = "late";
  cluster.see(unknown);
  cluster.see(pod("b"));
  CHECK_FALSE(cluster.image("app:1", "sha256:1", "amd64").platform_provisional(tally_rules::second));
  cluster.gone(pod("b"));
  CHECK(cluster.image("app:1", "sha256:1", "amd64").platform_provisional(tally_rules::second));
}

TEST_CASE("a late delete of a node does not touch the node that took its name") {
  tracked_cluster cluster;
  const auto first = node("n", "arm64");
  auto second = node("n", "s390x");
  second.uid = "uid of the second";
  cluster.see(first);
  cluster.see(second);
  cluster.gone(first);
  cluster.see(pod("a"));
  CHECK(cluster.images() == keys{"sha256:1|s390x|app:1"});
}

TEST_CASE("pods that move at one fact move in the order of their uids, whatever the hash order") {
  for (const bool reversed : {false, true}) {
    tracked_cluster cluster;
    std::vector<true_pod> pods;
    for (int i = 0; i < 16; ++i) {
      pods.push_back(
          pod(fmt::format("p{}", i), {}, {{"main", "app:1", "sha256:1", fmt::format("r{:02}", i)}}));
      pods.back().uid = fmt::format("00000000-0000-4000-8000-0000000000{:02}", i);
    }
    if (reversed)
      std::reverse(pods.begin(), pods.end());
    for (const auto& each : pods)
      cluster.see(each);
    cluster.see(node("n", "arm64"));
    const auto& left = cluster.image("app:1", "sha256:1", "amd64");
    CHECK(cluster.text(left.runtime(tally_rules::second, *cluster.strings)) == "r15");
  }
}

// -- owners ---------------------------------------------------------------------------------------

TEST_CASE("a late parent moves the pods that wait for it, link by link") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", controller("Job", "run-1", "batch/v1")));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Job shop/run-1 1"});
  CHECK_FALSE(cluster.state.placed.pods().begin()->second.owner_certain);
  cluster.see(workload("Job", "run-1", controller("ReplicaSet", "odd"), "batch/v1"));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"ReplicaSet shop/odd 1"});
  CHECK_FALSE(cluster.state.placed.pods().begin()->second.owner_certain);
  cluster.see(workload("ReplicaSet", "odd", deployment));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
  CHECK(cluster.state.placed.pods().begin()->second.owner_certain);
}

TEST_CASE("a parent that is deleted is no news, and a reference that changes is") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("ReplicaSet", "web-1", deployment));
  cluster.see(pod("a", replica_set));
  cluster.gone(workload("ReplicaSet", "web-1", deployment));
  cluster.see(pod("a", replica_set, {running("app:2", "sha256:2")}));
  CHECK(cluster.owners(cluster.image("app:2", "sha256:2")) == keys{"Deployment shop/web 1"});
  cluster.see(workload("ReplicaSet", "web-1", controller("Deployment", "another")));
  CHECK(cluster.owners(cluster.image("app:2", "sha256:2")) == keys{"Deployment shop/another 1"});
}

TEST_CASE("a pod that is adopted or orphaned changes its owner") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Pod shop/a 1"});
  cluster.see(pod("a", deployment));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
  cluster.see(pod("a"));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Pod shop/a 1"});
}

TEST_CASE("a static pod is its own owner, not its node's") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("kube-proxy-n", controller("Node", "n", "v1")));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Pod shop/kube-proxy-n 1"});
}

TEST_CASE("owner references in a circle end") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("ReplicaSet", "x", controller("ReplicaSet", "y")));
  cluster.see(workload("ReplicaSet", "y", controller("ReplicaSet", "x")));
  cluster.see(workload("ReplicaSet", "self", controller("ReplicaSet", "self")));
  cluster.see(pod("a", controller("ReplicaSet", "x")));
  cluster.see(pod("b", controller("ReplicaSet", "self"), {running("app:2")}));
  CHECK(cluster.image("app:1").owners().size() == 1);
  CHECK(cluster.owners(cluster.image("app:2")) == keys{"ReplicaSet shop/self 1"});
  cluster.gone(pod("a"));
  cluster.gone(pod("b"));
  CHECK(cluster.images().empty());
}

TEST_CASE("Volcano's Job is an owner as it is, only batch's is followed") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("Job", "gang", controller("Queue", "q", "v1"), "batch.volcano.sh/v1alpha1"));
  cluster.see(pod("a", controller("Job", "gang", "batch.volcano.sh/v1alpha1")));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Job shop/gang 1"});
  CHECK(cluster.state.placed.pods().begin()->second.owner_certain);
}

TEST_CASE("owner_changed_at tells of owners, not of pods") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", deployment));
  const auto first = cluster.now_ms;
  cluster.now_ms += 1000;
  cluster.see(pod("b", deployment));
  cluster.gone(pod("a", deployment));
  CHECK(cluster.image("app:1").owner_changed_at_ms() == first);
  CHECK(cluster.image("app:1").owner_version() == 1);
  cluster.see(pod("c", controller("DaemonSet", "agent")));
  CHECK(cluster.image("app:1").owner_changed_at_ms() == cluster.now_ms);
  CHECK(cluster.image("app:1").owner_version() == 2);
  CHECK(cluster.image("app:1").first_seen_at_ms() == first);
}

// -- scans ----------------------------------------------------------------------------------------

TEST_CASE("a scan is about a digest on an architecture, so about every name of it and no other") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1"), running("app:latest"), running("app:1", "sha256:2")}));
  cluster.scan(scan_outcome::succeeded);
  CHECK(cluster.image("app:1").scan().scanned);
  CHECK(cluster.image("app:latest").scan().scanned);
  CHECK_FALSE(cluster.image("app:1", "sha256:2").scan().scanned);
  cluster.wait(5'000);
  const auto scanned_at = cluster.image("app:1").scan().scanned_at_ms;
  cluster.see(pod("b", {}, {running("app:late")}));
  CHECK(cluster.image("app:late").scan().scanned);
  CHECK(cluster.image("app:late").scan().scanned_at_ms == scanned_at);
}

TEST_CASE("a failed scan keeps its reason and the wait that was chosen, and a success clears them") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  CHECK(cluster.image("app:1").stage(cluster.now_ms) == scan_stage::pending);
  cluster.scan(scan_outcome::failed, "sha256:1", 60'000);
  const auto& failed = cluster.image("app:1");
  CHECK(failed.scan().failures == 1);
  CHECK(failed.scan().last_error == "no route to host");
  CHECK(failed.scan().next_scan_at_ms == cluster.now_ms + 60'000);
  CHECK(failed.stage(cluster.now_ms + 59'999) == scan_stage::backing_off);
  CHECK(failed.stage(cluster.now_ms + 60'000) == scan_stage::pending);
  cluster.scan(scan_outcome::succeeded);
  CHECK(cluster.image("app:1").scan() == scan_state{true, false, 0, "", 0, cluster.now_ms});
}

TEST_CASE("a private image is not pending, and a later failure of another kind makes it so again") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.scan(scan_outcome::image_private, "sha256:1", 0);
  CHECK(cluster.image("app:1").stage(cluster.now_ms + 1) == scan_stage::image_private);
  cluster.scan(scan_outcome::failed, "sha256:1", 0);
  CHECK(cluster.image("app:1").stage(cluster.now_ms + 1) == scan_stage::pending);
}

TEST_CASE("a wait without end does not come round to the past") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.scan(scan_outcome::failed, "sha256:1", ~std::uint64_t{0});
  CHECK(cluster.image("app:1").stage(cluster.now_ms) == scan_stage::backing_off);
  cluster.take({}, settings_changed{~std::uint64_t{0}});
  cluster.gone(pod("a"));
  cluster.wait(1'000'000'000'000);
  CHECK(cluster.knows("app:1"));
}

TEST_CASE("the remote's word counts for every name, and a no takes nothing back") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1"), running("app:latest")}));
  const remote_answered yes{cluster.id("sha256:1"), cluster.id("arm64"), true};
  auto no = yes;
  no.scanned = false;
  cluster.take({}, no);
  CHECK_FALSE(cluster.image("app:1").scan().scanned);
  CHECK(cluster.image("app:1").last_remote_sync_at_ms() == cluster.now_ms);
  cluster.take({}, yes);
  const auto asked = cluster.now_ms;
  cluster.wait(100);
  cluster.take({}, no);
  cluster.take({}, yes);
  CHECK(cluster.image("app:latest").scan().scanned_at_ms == asked);
  CHECK(cluster.image("app:latest").last_remote_sync_at_ms() == cluster.now_ms);
}

TEST_CASE("an image without owners is idle, and forgotten when its grace period is over") {
  tracked_cluster cluster;
  cluster.take({}, settings_changed{10'000});
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.gone(pod("a"));
  CHECK(cluster.image("app:1").stage(cluster.now_ms) == scan_stage::idle);
  cluster.wait(9'999);
  CHECK(cluster.knows("app:1"));
  cluster.wait(1);
  CHECK_FALSE(cluster.knows("app:1"));
  cluster.see(pod("b"));
  CHECK(cluster.image("app:1").first_seen_at_ms() == cluster.now_ms);
}

TEST_CASE("an image that came back in time starts its grace period anew") {
  tracked_cluster cluster;
  cluster.take({}, settings_changed{10'000});
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.see(pod("z", {}, {running("other:1", "sha256:2")}));
  cluster.gone(pod("a"));
  cluster.gone(pod("z"));
  cluster.wait(5'000);
  cluster.see(pod("b"));
  cluster.gone(pod("b"));
  cluster.wait(5'000);
  CHECK(cluster.knows("app:1"));
  CHECK_FALSE(cluster.knows("other:1", "sha256:2"));
  cluster.wait(5'000);
  CHECK_FALSE(cluster.knows("app:1"));
}
