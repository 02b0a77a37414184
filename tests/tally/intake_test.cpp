#include "tally/blocks.hpp"
#include "tally/intake.hpp"
#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace tallyman;
using namespace tallyman::testing;

TEST_CASE("an object that says what it said last is not journaled again") {
  tracked_cluster cluster;
  for (true_object object :
       {true_object{pod("a")}, true_object{node("n")}, true_object{workload("Deployment", "web")}}) {
    CHECK(cluster.see(object) == intake::verdict::admitted);
    std::visit([](auto& each) { each.resource_version = 77; }, object);
    CHECK(cluster.see(object) == intake::verdict::no_op);
  }
  CHECK(cluster.state.sequence == 3);
}

TEST_CASE("every field of a pod's projection makes it another one") {
  const std::vector<std::function<void(true_pod&)>> changes{
      [](auto& p) { p.name_space = "other"; },
      [](auto& p) { p.name = "other"; },
      [](auto& p) { p.node = "other"; },
      [](auto& p) { p.phase = pod_phase::unknown; },
      [](auto& p) { p.deleting = true; },
      [](auto& p) { p.controller.uid = "other"; },
      [](auto& p) { p.controller.kind = "other"; },
      [](auto& p) { p.controller.api_version = "other"; },
      [](auto& p) { p.controller.name = "other"; },
      [](auto& p) { p.containers[0].name = "other"; },
      [](auto& p) { p.containers[0].image = "other"; },
      [](auto& p) { p.containers[0].image_id = "other"; },
      [](auto& p) { p.containers[0].runtime = "other"; },
      [](auto& p) { p.containers[0].list = container_list::init; },
      [](auto& p) { p.containers.push_back(p.containers[0]); },
      [](auto& p) { p.containers.clear(); }};
  tracked_cluster cluster;
  const auto first = pod("a", controller("ReplicaSet", "web-1"));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto other = first;
    changes[i](other);
    INFO("change " << i);
    cluster.see(first);
    CHECK(cluster.see(first) == intake::verdict::no_op);
    CHECK(cluster.see(other) == intake::verdict::admitted);
  }
}

TEST_CASE("every field of a node and of a workload makes it another one") {
  tracked_cluster cluster;
  const auto differs = [&](const true_object& first, const true_object& other) {
    cluster.see(first);
    return cluster.see(first) == intake::verdict::no_op && cluster.see(other) == intake::verdict::admitted;
  };
  CHECK(differs(node("n", "arm64"), node("n", "amd64")));
  CHECK(differs(node("n", "arm64"), node("n", "arm64", "windows")));
  const auto first = workload("ReplicaSet", "web-1", controller("Deployment", "web"));
  CHECK(differs(first, workload("ReplicaSet", "web-1")));
  CHECK(differs(first, workload("ReplicaSet", "web-1", controller("Deployment", "web"), "v2")));
  CHECK(differs(first, workload("ReplicaSet", "web-1", controller("Rollout", "web"))));
}

TEST_CASE("a delete that comes twice is journaled once") {
  tracked_cluster cluster;
  CHECK(cluster.gone(pod("a")) == intake::verdict::admitted);
  CHECK(cluster.gone(pod("a")) == intake::verdict::no_op);
}

TEST_CASE("a list ends only what is of its kind and was not in it") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.see(pod("b"));
  cluster.see(pod("c"));
  cluster.state.incoming.begin_list({cluster.id("Pod")});
  cluster.see(pod("a"));                         // says nothing new, but is there
  cluster.see(pod("b", {}, {running("app:2")})); // changed
  cluster.see(pod("d"));                         // new
  const auto ends = cluster.state.incoming.end_list({cluster.id("Pod")});
  REQUIRE(ends.size() == 1);
  const auto& end = std::get<pod_gone>(ends[0]);
  CHECK(to_string(end.id, *cluster.strings) == "uid of c");
  CHECK(end.reason == gone_reason::relist);
}

TEST_CASE("a list that breaks off ends nothing, and the next one starts afresh") {
  tracked_cluster cluster;
  cluster.see(pod("a"));
  cluster.see(pod("b"));
  const auto kind = cluster.id("Pod");
  cluster.state.incoming.begin_list({kind});
  cluster.see(pod("a"));
  cluster.state.incoming.begin_list({kind});
  cluster.see(pod("b"));
  REQUIRE(cluster.state.incoming.end_list({kind}).size() == 1);
  CHECK(cluster.state.incoming.end_list({kind}).empty());
}

TEST_CASE("an empty list that is complete ends everything of its kind, in the order of the uids") {
  tracked_cluster cluster;
  for (const auto* name : {"c", "a", "b"})
    cluster.see(node(name));
  cluster.see(pod("p"));
  cluster.state.incoming.begin_list({cluster.id("Node")});
  const auto ends = cluster.state.incoming.end_list({cluster.id("Node")});
  REQUIRE(ends.size() == 3);
  CHECK(std::get<node_gone>(ends[0]).id < std::get<node_gone>(ends[1]).id);
  CHECK(std::get<node_gone>(ends[1]).id < std::get<node_gone>(ends[2]).id);
}

TEST_CASE("a list of batch Jobs does not end the Jobs of another API group") {
  tracked_cluster cluster;
  cluster.see(workload("Job", "report", {}, "batch/v1"));
  cluster.see(workload("Job", "training", {}, "batch.volcano.sh/v1alpha1"));
  const object_kind batch_job{cluster.id("Job"), cluster.id("batch/v1")};
  const auto check_list = [&](cluster_state& state) {
    state.incoming.begin_list(batch_job);
    const auto ends = state.incoming.end_list(batch_job);
    REQUIRE(ends.size() == 1);
    const auto& end = std::get<workload_gone>(ends[0]);
    CHECK(to_string(end.id, *state.strings) == "uid of report");
    CHECK(end.api_version == batch_job.api_version);
  };
  auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  check_list(cluster.state);
  check_list(*restored);
}

TEST_CASE("objects seen in an older version of their group are in a list of the newer one") {
  tracked_cluster cluster;
  cluster.see(workload("CronJob", "kept", {}, "batch/v1beta1"));
  cluster.see(workload("CronJob", "ended", {}, "batch/v1beta1"));
  const object_kind listed{cluster.id("CronJob"), cluster.id("batch/v1")};
  cluster.state.incoming.begin_list(listed);
  cluster.see(workload("CronJob", "kept", {}, "batch/v1beta1"));
  const auto ends = cluster.state.incoming.end_list(listed);
  REQUIRE(ends.size() == 1);
  CHECK(to_string(std::get<workload_gone>(ends[0]).id, *cluster.strings) == "uid of ended");
}
