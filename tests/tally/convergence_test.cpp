// What a complete list says is so, whatever was known before; and what is older than what is known is
// dropped. Each case is named after what other trackers, or this one, got wrong.

#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

// -- what was gone ------------------------------------------------------------------------------------

TEST_CASE("an object that an etcd restored from a back-up brings back with its uid stayed gone") {
  tracked_cluster cluster;
  cluster.list("Node", {at(50, node("n"))}, 100);
  cluster.list("ReplicaSet.apps", {at(60, workload("ReplicaSet", "web-1", deployment))}, 100);
  cluster.list("Pod", {at(70, pod("a", replica_set))}, 100);
  cluster.list("Pod", {}, 200);
  cluster.list("ReplicaSet.apps", {}, 200);
  cluster.list("Node", {}, 200);
  REQUIRE(cluster.images().empty());
  cluster.list("Pod", {at(70, pod("a", replica_set))}, 90);
  cluster.list("ReplicaSet.apps", {at(60, workload("ReplicaSet", "web-1", deployment))}, 90);
  cluster.list("Node", {at(50, node("n"))}, 90);
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Deployment shop/web 1"});
}

TEST_CASE("after a restore, events were dropped until their versions had caught up with the old ones") {
  tracked_cluster cluster;
  cluster.see(at(4000, node("n")));
  cluster.see(at(4400, pod("a")));
  cluster.gone(at(4401, pod("b")));
  cluster.list("Node", {at(2400, node("n"))}, 2504);
  cluster.list("Pod", {at(2500, pod("a"))}, 2504); // says what it said before
  CHECK(cluster.see(at(2510, pod("a", {}, {running("app:2", "sha256:2", 2)}))) == intake::verdict::admitted);
  CHECK(cluster.see(at(2511, pod("b"))) == intake::verdict::returned);
  CHECK(cluster.see(at(2503, pod("a"))) == intake::verdict::late);
}

TEST_CASE("a pod whose label was taken away and given back stayed gone") {
  tracked_cluster cluster;
  cluster.see(at(100, pod("a")));
  cluster.gone(at(120, pod("a")));
  CHECK(cluster.see(at(140, pod("a"))) == intake::verdict::returned);
  CHECK(cluster.images().size() == 1);
}

TEST_CASE("on a server whose versions are no numbers, what comes later on a stream is newer") {
  tracked_cluster cluster;
  cluster.see(pod("a"));
  cluster.gone(pod("a"));
  CHECK(cluster.see(pod("a")) == intake::verdict::returned);
}

TEST_CASE("a partial list, given by mistake as a complete one, could not be repaired by a complete one") {
  tracked_cluster cluster;
  cluster.list("Pod", {at(10, pod("a")), at(11, pod("b"))}, 20);
  cluster.list("Pod", {at(10, pod("a"))}, 21);
  CHECK(cluster.image("app:1", "sha256:1", "amd64").pods().size() == 1);
  cluster.list("Pod", {at(10, pod("a")), at(11, pod("b"))}, 22);
  CHECK(cluster.image("app:1", "sha256:1", "amd64").pods().size() == 2);
}

// -- what is older ------------------------------------------------------------------------------------

TEST_CASE("an older event of a pod that came after a newer one won") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(at(20, pod("a", {}, {running("new:1", "sha256:2")})));
  CHECK(cluster.see(at(10, pod("a", {}, {running("old:1")}))) == intake::verdict::late);
  CHECK(cluster.images() == keys{"sha256:2|arm64|new:1"});
  auto ended = pod("b");
  ended.phase = pod_phase::succeeded;
  cluster.see(at(20, ended));
  CHECK(cluster.see(at(10, pod("b"))) == intake::verdict::late);
  CHECK(cluster.gone(at(19, pod("a"))) == intake::verdict::late);
}

TEST_CASE("an event between two no-ops counts as older than the second") {
  tracked_cluster cluster;
  cluster.see(at(10, pod("a")));
  CHECK(cluster.see(at(30, pod("a"))) == intake::verdict::no_op);
  CHECK(cluster.see(at(20, pod("a", {}, {running("old:1")}))) == intake::verdict::late);
}

TEST_CASE("what a complete list holds is not dropped as late, however old it is") {
  tracked_cluster cluster;
  cluster.see(at(50, pod("a", {}, {running("new:1", "sha256:2", 2)})));
  cluster.list("Pod", {at(10, pod("a", {}, {running("old:1")}))}, 12);
  CHECK(cluster.images() == keys{"sha256:1|amd64|old:1"});
}

// -- names --------------------------------------------------------------------------------------------

TEST_CASE("a pod of a StatefulSet was shown beside the one that has its name now") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(at(100, pod("db-0", controller("StatefulSet", "db"), {running("db:1")})));
  auto next = pod("db-0", controller("StatefulSet", "db"), {running("db:2", "sha256:2")});
  next.uid = "uid of the next";
  cluster.see(at(300, next)); // the delete of the first was missed
  CHECK(cluster.images() == keys{"sha256:2|arm64|db:2"});
  CHECK(cluster.see(at(200, pod("db-0", controller("StatefulSet", "db")))) == intake::verdict::late);
  CHECK(cluster.images() == keys{"sha256:2|arm64|db:2"});
}

TEST_CASE("pods of one name in two namespaces are two") {
  tracked_cluster cluster;
  auto other = pod("a");
  other.name_space = "store";
  other.uid = "uid of the other";
  cluster.see(pod("a"));
  cluster.see(other);
  CHECK(cluster.state.placed.pods().size() == 2);
}

TEST_CASE("names that controllers draw are told from those that may be given twice") {
  CHECK(is_drawn_name("web-5d9c7b-x2k4q"));
  for (const auto* name : {"db-0", "db-24567", "web-1", "debug", "my-debug", "x2k4q", "web-x2k4", ""})
    CHECK_FALSE(is_drawn_name(name));
}

// -- platforms ----------------------------------------------------------------------------------------

TEST_CASE("a pod on a node that was replaced under its name kept the old architecture") {
  const auto first = at(50, node("n", "amd64"));
  auto second = at(90, node("n", "arm64"));
  second.uid = "uid of the second";
  SECTION("the pod was seen before the second node") {
    tracked_cluster cluster;
    cluster.see(first);
    cluster.see(at(95, pod("a")));
    REQUIRE(cluster.images() == keys{"sha256:1|amd64|app:1"});
    SECTION("and the delete of the first came") {
      cluster.gone(at(80, first));
    }
    SECTION("and it did not") {}
    cluster.see(second);
    CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
    cluster.gone(at(99, first)); // says nothing of the second
    cluster.see(at(100, pod("b")));
    CHECK(cluster.image("app:1").pods().size() == 2);
  }
  SECTION("after a restart from a snapshot, and no pod of the node was in it") {
    tracked_cluster cluster;
    cluster.see(first);
    cluster.restart();
    cluster.see(at(95, pod("a")));
    cluster.see(second);
    CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  }
}

TEST_CASE("the system and the runtime of an image were those that a pod that is gone had reported") {
  tracked_cluster cluster;
  const auto os = [&] {
    return cluster.text(
        cluster.image("app:1", "sha256:1", "amd64").os(tally_rules::second, *cluster.strings));
  };
  const auto runtime = [&] {
    return cluster.text(
        cluster.image("app:1", "sha256:1", "amd64").runtime(tally_rules::second, *cluster.strings));
  };
  cluster.see(node("n", "amd64"));
  cluster.see(node("w", "amd64", "windows"));
  cluster.see(pod("a"));
  auto other = pod("b", {}, {{"main", "app:1", "sha256:1", "docker"}});
  other.node = "w";
  cluster.see(other);
  cluster.gone(other);
  CHECK(os() == "linux");
  CHECK(runtime() == "containerd");
  cluster.see(at(0, other)); // a tie: the first by name
  CHECK(os() == "linux");
  CHECK(runtime() == "containerd");
  other.uid = "uid of a third";
  other.name = "c";
  cluster.see(other);
  CHECK(os() == "windows");
  CHECK(runtime() == "docker");
}

TEST_CASE("an image that nothing runs any more had a question mark behind its platform") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.gone(pod("a"));
  CHECK_FALSE(cluster.image("app:1").platform_provisional(tally_rules::second));
}

// -- owners -------------------------------------------------------------------------------------------

TEST_CASE("a ReplicaSet that was adopted, orphaned or moved left its pods with its first owner") {
  tracked_cluster cluster;
  const auto owners = [&] { return cluster.owners(cluster.image("app:1")); };
  cluster.see(node("n"));
  cluster.see(workload("ReplicaSet", "web-1"));
  cluster.see(pod("a", replica_set));
  REQUIRE(owners() == keys{"ReplicaSet shop/web-1 1"});
  cluster.see(workload("ReplicaSet", "web-1", deployment));
  CHECK(owners() == keys{"Deployment shop/web 1"});
  cluster.see(pod("b", replica_set));
  cluster.restart();
  cluster.see(workload("ReplicaSet", "web-1"));
  CHECK(owners() == keys{"ReplicaSet shop/web-1 2"});
  cluster.see(workload("ReplicaSet", "web-1", controller("Deployment", "made-anew")));
  CHECK(owners() == keys{"Deployment shop/made-anew 2"});
  cluster.gone(pod("a", replica_set));
  cluster.gone(pod("b", replica_set));
  CHECK(cluster.images().empty());
}

TEST_CASE("a ReplicationController hid its DeploymentConfig") {
  tracked_cluster cluster;
  const auto config = controller("DeploymentConfig", "app", "apps.openshift.io/v1");
  cluster.see(node("n"));
  cluster.see(pod("a", controller("ReplicationController", "app-3", "v1")));
  cluster.see(workload("ReplicationController", "app-3", config, "v1"));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"DeploymentConfig shop/app 1"});
}

TEST_CASE("a custom kind called Node was taken for the machine") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", controller("Node", "validator", "chain.example.io/v1")));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Node shop/validator 1"});
}

TEST_CASE("kinds that the settings name are followed to the top of their chain") {
  tracked_cluster cluster;
  const auto owners = [&] { return cluster.owners(cluster.image("app:1")); };
  const auto step = controller("Workflow", "wf-1", "argoproj.io/v1alpha1");
  const auto cron = controller("CronWorkflow", "wf", "argoproj.io/v1alpha1");
  const auto see_all = [&] {
    cluster.see(workload("Workflow", "wf-1", cron, "argoproj.io/v1alpha1"));
    cluster.see(pod("a", step));
  };
  cluster.see(node("n"));
  see_all();
  CHECK(owners() == keys{"Workflow shop/wf-1 1"});
  cluster.follow("Workflow.argoproj.io");
  see_all(); // nothing counts as said already
  CHECK(owners() == keys{"CronWorkflow shop/wf 1"});
  cluster.restart();
  cluster.see(workload("Workflow", "wf-1", {}, "argoproj.io/v1alpha1"));
  CHECK(owners() == keys{"Workflow shop/wf-1 1"});
  cluster.follow("");
  cluster.see(workload("Workflow", "wf-1", cron, "argoproj.io/v1alpha1"));
  cluster.see(pod("a", step));
  CHECK(owners() == keys{"Workflow shop/wf-1 1"});
}

TEST_CASE("a change in the middle of a chain reaches the pods below it") {
  tracked_cluster cluster;
  cluster.follow("Deployment.apps");
  cluster.see(node("n"));
  cluster.see(workload("Deployment", "web", controller("Revision", "r1", "serving.knative.dev/v1")));
  cluster.see(workload("ReplicaSet", "web-1", deployment));
  cluster.see(pod("a", replica_set));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Revision shop/r1 1"});
  cluster.restart();
  cluster.see(workload("Deployment", "web", controller("Revision", "r2", "serving.knative.dev/v1")));
  CHECK(cluster.owners(cluster.image("app:1")) == keys{"Revision shop/r2 1"});
}

TEST_CASE("an owner without a namespace was shown in that of its first pod") {
  tracked_cluster cluster;
  const auto tenant = controller("Tenant", "t", "example.io/v1");
  auto here = pod("a", tenant), there = pod("b", tenant);
  there.name_space = "store";
  cluster.see(node("n"));
  SECTION("known by its pods") {
    cluster.see(here);
    CHECK(cluster.owners(cluster.image("app:1")) == keys{"Tenant shop/t 1"});
    cluster.see(there);
    CHECK(cluster.owners(cluster.image("app:1")) == keys{"Tenant /t 2"});
    cluster.gone(here);
    CHECK(cluster.owners(cluster.image("app:1")) == keys{"Tenant store/t 1"});
  }
  SECTION("known by itself") {
    auto itself = workload("Tenant", "t", {}, "example.io/v1");
    itself.name_space = "";
    SECTION("before its pods") {
      cluster.see(itself);
      cluster.see(here);
    }
    SECTION("after its pods") {
      cluster.see(here);
      cluster.see(itself);
    }
    cluster.restart();
    CHECK(cluster.owners(cluster.image("app:1")) == keys{"Tenant /t 1"});
  }
}

// -- names and the ids that came of them --------------------------------------------------------------

TEST_CASE("an image that was changed inside a pod was shown under the digest of the one that still ran") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1", "sha256:1", 1)}));
  cluster.scan(scan_outcome::succeeded);
  cluster.see(pod("a", {}, {running("app:2", "sha256:1", 1)})); // the spec has changed, the container runs on
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  cluster.restart();
  cluster.see(at(0, pod("a", {}, {running("app:3", "sha256:1", 1)})));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  cluster.see(pod("a", {}, {running("app:3", "sha256:2", 2)}));
  CHECK(cluster.images() == keys{"sha256:2|arm64|app:3"});
  CHECK_FALSE(cluster.image("app:3", "sha256:2").scan().scanned);
}

TEST_CASE("a new name of the same digest counts as soon as a container was started for it") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1", "sha256:1", 1)}));
  cluster.see(pod("a", {}, {running("app:stable", "sha256:1", 1)}));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1"});
  cluster.see(pod("a", {}, {running("app:stable", "sha256:1", 2)}));
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:stable"});
}

TEST_CASE("a container and a volume of one name are two") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  auto each = pod("a");
  each.containers.push_back({"main", "models:4", "", "", container_list::volume});
  cluster.see(each);
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1", "|arm64|models:4"});
  each.containers.back().image_id = "sha256:4";
  cluster.see(each);
  CHECK(cluster.images() == keys{"sha256:1|arm64|app:1", "sha256:4|arm64|models:4"});
}

// -- scans --------------------------------------------------------------------------------------------

TEST_CASE("one manifest was scanned once for each way in which a runtime or a mirror spells it") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a", {}, {running("app:1", "docker-pullable://reg.example/app@sha256:1")}));
  cluster.scan(scan_outcome::succeeded, "docker-pullable://reg.example/app@sha256:1");
  cluster.see(pod("b", {}, {running("app:1", "reg.example/app@sha256:1")}));
  cluster.see(pod("c", {}, {running("mirror/app:1", "mirror.example/app@sha256:1")}));
  CHECK(cluster.image("app:1", "reg.example/app@sha256:1").scan().scanned);
  CHECK(cluster.image("mirror/app:1", "mirror.example/app@sha256:1").scan().scanned);
}

TEST_CASE("a new name of a failing image was tried at once") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(pod("a"));
  cluster.scan(scan_outcome::failed);
  cluster.scan(scan_outcome::failed, "sha256:1", 180'000);
  cluster.see(pod("b", {}, {running("app:latest")}));
  CHECK(cluster.image("app:latest").scan() == cluster.image("app:1").scan());
  CHECK(cluster.image("app:latest").scan().last_error == "no route to host");
  cluster.restart();
  cluster.see(pod("c", {}, {running("app:stable")}));
  CHECK(cluster.image("app:stable").stage(cluster.now_ms) == scan_stage::backing_off);
}
