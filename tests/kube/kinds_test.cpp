#include "kube/kinds.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube;
using namespace tallyman::kube::testing;

namespace {

constexpr std::string_view controlled =
    R"(,"ownerReferences":[{"kind":"Model","apiVersion":"ml.example.com/v1","name":"m","uid":"u-9","controller":true}])";

std::string object(std::string_view kind, std::string_view api_version, std::string_view owners = "") {
  return fmt::format(
      R"({{"kind":"{}","apiVersion":"{}","metadata":{{"name":"x","namespace":"ns","uid":"u-1"{}}}}})", kind,
      api_version, owners);
}

std::string workload_line(std::string_view kind, std::string_view api_version, bool owned) {
  return fmt::format("workload u-1 {} {} ns/x rv=0 controller={}", kind, api_version,
                     owned ? "ml.example.com/v1 Model m u-9" : "-");
}

} // namespace

TEST_CASE("every built-in controller is a workload, owned or not") {
  const std::vector<std::pair<std::string_view, std::string_view>> built_in{
      {"ReplicaSet", "apps/v1"},
      {"Deployment", "apps/v1"},
      {"StatefulSet", "apps/v1"},
      {"DaemonSet", "apps/v1"},
      {"Deployment", "extensions/v1beta1"},
      {"ReplicaSet", "extensions/v1beta1"},
      {"Job", "batch/v1"},
      {"CronJob", "batch/v1beta1"},
      {"ReplicationController", "v1"},
      {"Rollout", "argoproj.io/v1alpha1"}};
  for (const auto& [kind, api_version] : built_in) {
    CHECK(facts_of(object(kind, api_version)) == std::vector{workload_line(kind, api_version, false)});
    CHECK(facts_of(object(kind, api_version, controlled)) ==
          std::vector{workload_line(kind, api_version, true)});
  }
}

TEST_CASE("a custom object is a workload, whether or not something controls it") {
  for (const auto& [kind, api_version] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"InferenceService", "serving.kserve.io/v1beta1"},
           {"SparkApplication", "sparkoperator.k8s.io/v1beta2"},
           {"JobSet", "jobset.x-k8s.io/v1alpha2"}}) {
    CHECK(facts_of(object(kind, api_version)) == std::vector{workload_line(kind, api_version, false)});
    CHECK(facts_of(object(kind, api_version, controlled)) ==
          std::vector{workload_line(kind, api_version, true)});
  }
}

TEST_CASE("a custom kind that is called as a built-in one is none") {
  for (const auto* kind : {"Node", "Pod", "Job", "Status", "List", "Bookmark"}) {
    const auto all = decode(object(kind, "chain.example.org/v1alpha1"));
    CHECK(all.error.empty());
    CHECK(all.lines == std::vector{workload_line(kind, "chain.example.org/v1alpha1", false)});
    CHECK(all.counters.kinds.size() == 1);
    CHECK(all.counters.kinds.at(std::string{kind} + ".chain.example.org").read == 1);
    CHECK(all.counters.statuses == 0);
  }
  json_decoder_options complete;
  complete.lists_are_complete = true;
  const auto list =
      R"({"kind":"NodeList","apiVersion":"chain.example.org/v1","items":[{"metadata":{"uid":"u"}}]})";
  CHECK(facts_of(list, complete) ==
        std::vector<std::string>{"begin Node.chain.example.org",
                                 "workload u Node chain.example.org/v1 / rv=0 controller=-",
                                 "synced Node.chain.example.org items=1 rv="});
}

TEST_CASE("what Kubernetes keeps for itself is counted and skipped") {
  const std::string objects = object("Event", "v1") + object("Event", "events.k8s.io/v1") +
                              object("Lease", "coordination.k8s.io/v1", controlled) +
                              object("EndpointSlice", "discovery.k8s.io/v1", controlled) +
                              object("ControllerRevision", "apps/v1", controlled) + object("Job", "v1") +
                              object("Rollout", "apps/v1");
  const auto all = decode(objects);
  CHECK(all.error.empty());
  CHECK(all.lines.empty());
  CHECK(all.counters.kinds.at("Event").skipped == 1);
  CHECK(all.counters.kinds.at("Event.events.k8s.io").skipped == 1);
  CHECK(all.counters.kinds.at("ControllerRevision").skipped == 1);
  CHECK(all.counters.kinds.size() == 7);
}

TEST_CASE("kinds without end do not grow the counters without end") {
  std::string objects;
  for (int i = 0; i < 1000; ++i)
    objects += object(fmt::format("Kind{}", i), "v1");
  const auto all = decode(objects);
  CHECK(all.counters.kinds.size() == counters::kinds_max + 1);
  CHECK(all.counters.kinds.at("(other)").skipped == 1000 - counters::kinds_max);
}

TEST_CASE("a kind without end is counted with the others") {
  const auto all = decode(object(std::string(100'000, 'K'), "v1"));
  CHECK(all.error.empty());
  CHECK(all.counters.kinds.at("(other)").skipped == 1);
}

TEST_CASE("the group is what comes before the slash") {
  CHECK(tallyman::group_of("v1").empty());
  CHECK(tallyman::group_of("apps/v1") == "apps");
  CHECK(tallyman::group_of("").empty());
}
