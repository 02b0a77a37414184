#include "kube/support.hpp"

#include <catch2/catch.hpp>

using namespace tallyman::kube::testing;

namespace {

std::string reference(std::string_view uid, std::string_view kind, std::string_view rest) {
  return R"({"apiVersion":"apps/v1","kind":")" + std::string{kind} + R"(","name":"own","uid":")" +
         std::string{uid} + '"' + std::string{rest} + '}';
}

std::string containers(std::string_view list, std::string_view entries) {
  return '"' + std::string{list} + R"(":[)" + std::string{entries} + ']';
}

std::string only_line(const std::string& text) {
  const auto facts = facts_of(text);
  REQUIRE(facts.size() == 1);
  return facts.front();
}

} // namespace

TEST_CASE("a pod is projected with everything that the tally needs") {
  const auto text =
      pod_json(uid_a,
               R"("resourceVersion":"304","deletionTimestamp":"2026-11-23T01:16:02Z","ownerReferences":[)" +
                   reference(uid_b, "ReplicaSet", R"(,"controller":true)") + ']',
               R"("nodeName":"n1",)" + containers("containers", R"({"name":"cart","image":"cart:1"})"),
               R"("phase":"Running",)" +
                   containers("containerStatuses",
                              R"({"name":"cart","imageID":"sha256:1","containerID":"containerd://0a"})"));
  CHECK(facts_of(text) ==
        lines{"pod edafaaa1-d947-484d-a592-23cc10bb10a4 shop/cart-1 node=n1 phase=2 deleting=true rv=304 "
              "controller=apps/v1 ReplicaSet own b4afffbd-b765-4e30-ac9f-c90333dc0043 "
              "[0 cart cart:1 sha256:1 containerd]"});
}

TEST_CASE("the controller is the reference that says so, not the first one") {
  const auto owners = R"("ownerReferences":[)" + reference(uid_c, "Backup", "") + ',' +
                      reference(uid_c, "Lock", R"(,"controller":false)") + ',' +
                      reference(uid_b, "ReplicaSet", R"(,"controller":true)") + ']';
  CHECK(contains(only_line(pod_json(uid_a, owners)),
                 "controller=apps/v1 ReplicaSet own " + std::string{uid_b}));
}

TEST_CASE("owners without a controller are no controller") {
  CHECK(only_line(pod_json(uid_a, R"("ownerReferences":[)" + reference(uid_b, "Lock", "") + ']')) ==
        pod_line(uid_a));
  CHECK(only_line(pod_json(uid_a, R"("ownerReferences":[)" +
                                      reference(uid_b, "Lock", R"(,"controller":null)") + ']')) ==
        pod_line(uid_a));
}

TEST_CASE("any kind of controller is taken, custom kinds too") {
  const auto owners =
      R"("ownerReferences":[{"apiVersion":"ray.io/v1","kind":"RayCluster","name":"r","uid":"x-1","controller":true}])";
  CHECK(contains(only_line(pod_json(uid_a, owners)), "controller=ray.io/v1 RayCluster r x-1"));
}

TEST_CASE("the runtime of a CRI-O container is kept as it is reported") {
  const auto runtime = [](const std::string& id) {
    const auto line = only_line(
        pod_json(uid_a, "", containers("containers", R"({"name":"c","image":"i"})"),
                 containers("containerStatuses", R"({"name":"c","imageID":"d","containerID":)" + id + '}')));
    return line.substr(line.find('['));
  };
  CHECK(runtime(R"("cri-o://0a1b")") == "[0 c i d cri-o]");
  CHECK(runtime(R"("docker://0a1b")") == "[0 c i d docker]");
  CHECK(runtime(R"("0a1b")") == "[0 c i d ]");
  CHECK(runtime(R"("a://b://c")") == "[0 c i d ]");
  CHECK(runtime(R"("a:////b")") == "[0 c i d a]");
  CHECK(runtime("null") == "[0 c i d ]");
}

TEST_CASE("a container that was started again is told from the one before it by its containerID") {
  const auto instance = [](const std::string& id) {
    const auto all = decode(
        pod_json(uid_a, "", containers("containers", R"({"name":"c","image":"i"})"),
                 containers("containerStatuses", R"({"name":"c","imageID":"d","containerID":)" + id + '}')));
    REQUIRE(all.instances.size() == 1);
    return all.instances.front();
  };
  CHECK(instance("null") == 0);
  CHECK(instance(R"("")") == 0);
  CHECK(instance(R"("containerd://0a1b")") != 0);
  CHECK(instance(R"("containerd://0a1b")") == instance(R"("containerd:\/\/0a1b")"));
  CHECK(instance(R"("containerd://0a1b")") != instance(R"("containerd://0a1c")"));
}

TEST_CASE("a status belongs to the container of its name in its own list") {
  const auto same_names = pod_json(
      uid_a, "",
      containers("ephemeralContainers", R"({"name":"c","image":"debug"})") + ',' +
          containers("initContainers", R"({"name":"c","image":"init"})") + ',' +
          containers("containers", R"({"name":"b","image":"b"},{"name":"c","image":"main"})"),
      containers("initContainerStatuses", R"({"name":"c","imageID":"1"})") + ',' +
          containers("containerStatuses", R"({"name":"c","imageID":"2"},{"name":"other","imageID":"9"})") +
          ',' + containers("ephemeralContainerStatuses", R"({"name":"c","imageID":"3"})"));
  CHECK(only_line(same_names) == pod_line(uid_a) + " [0 b b  ] [0 c main 2 ] [1 c init 1 ] [2 c debug 3 ]");
}

TEST_CASE("the order of the keys of a pod does not matter") {
  const auto text = R"({"status":{"containerStatuses":[{"imageID":"d","name":"c"}],"phase":"Running"},
    "spec":{"containers":[{"image":"i","name":"c"}],"nodeName":"n"},
    "metadata":{"uid":"u-1","namespace":"shop","name":"p"},"apiVersion":"v1","kind":"Pod"})";
  CHECK(only_line(text) == "pod u-1 shop/p node=n phase=2 deleting=false rv=0 controller=- [0 c i d ]");
}

TEST_CASE("null stands for what is absent") {
  const auto text = pod_json(
      uid_a, R"("ownerReferences":null,"labels":null,"deletionTimestamp":null,"resourceVersion":null)",
      R"("containers":null,"initContainers":null,"nodeName":null)",
      R"("phase":null,"containerStatuses":null)");
  CHECK(only_line(text) == pod_line(uid_a));
  CHECK(only_line(R"({"kind":"Pod","apiVersion":"v1","metadata":{"uid":"u"},"spec":null,"status":null})") ==
        "pod u / node= phase=0 deleting=false rv=0 controller=-");
}

TEST_CASE("of a key that occurs twice the last one counts") {
  CHECK(contains(only_line(pod_json(uid_a, "", R"("nodeName":"a","nodeName":"b")")), "node=b "));
  CHECK(contains(only_line(pod_json(uid_a, "",
                                    containers("containers", R"({"name":"x","image":"x"})") + ',' +
                                        containers("containers", R"({"name":"y","image":"y"})"))),
                 "controller=- [0 y y  ]"));
  const auto twice = R"({"kind":"Node","kind":"Pod","apiVersion":"v1","metadata":{"uid":"u-1","name":"old"},)"
                     R"("metadata":{"uid":"u-2"}})";
  CHECK(only_line(twice) == "pod u-2 / node= phase=0 deleting=false rv=0 controller=-");
}

TEST_CASE("escapes in keys and strings are those of JSON") {
  const auto text =
      R"({"k\u0069nd":"P\u006fd","apiVersion":"v1","metadata":{"\u0075id":"u-1","name":"a\/b\u00e9"}})";
  CHECK(only_line(text) == "pod u-1 /a/b\u00e9 node= phase=0 deleting=false rv=0 controller=-");
}

TEST_CASE("every phase is told apart, and a new one is unknown") {
  const auto phase = [](std::string_view name) {
    return only_line(pod_json(uid_a, "", "", R"("phase":")" + std::string{name} + '"'));
  };
  CHECK(contains(phase("Pending"), "phase=1 "));
  CHECK(contains(phase("Running"), "phase=2 "));
  CHECK(contains(phase("Succeeded"), "phase=3 "));
  CHECK(contains(phase("Failed"), "phase=4 "));
  CHECK(contains(phase("Unknown"), "phase=0 "));
  CHECK(contains(phase("Hibernating"), "phase=0 "));
}

TEST_CASE("a resource version that is no number is 0") {
  CHECK(contains(only_line(pod_json(uid_a, R"("resourceVersion":"12a")")), "rv=0 "));
  CHECK(contains(only_line(pod_json(uid_a, R"("resourceVersion":"99999999999999999999")")), "rv=0 "));
  CHECK(contains(only_line(pod_json(uid_a, R"("resourceVersion":"18446744073709551615")")),
                 "rv=18446744073709551615 "));
}
