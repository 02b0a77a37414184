#include "watch/answers.hpp"
#include "watch/discovery.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;

namespace {

/// Has rollouts (namespaced) and clusterrollouts (not) in argoproj.io/v1alpha1, and says nothing of busy.io.
void serve_groups(const fake_request& request, fake_connection& to) {
  if (request.path == "/apis/argoproj.io")
    return to.answer(200, json,
                     R"({"kind":"APIGroup","name":"argoproj.io","versions":[{"version":"v1alpha1"}]})");
  if (request.path == "/apis/argoproj.io/v1alpha1")
    return to.answer(200, json, R"({"kind":"APIResourceList","resources":[
      {"name":"rollouts","kind":"Rollout","namespaced":true},
      {"name":"rollouts/status","kind":"Rollout","namespaced":true},
      {"name":"clusterrollouts","kind":"ClusterRollout","namespaced":false}]})");
  if (request.path.starts_with("/apis/busy.io"))
    return to.answer(503, "text/plain", "busy");
  to.answer(404, "text/plain", "404 page not found");
}

result<resource> looked_up(const std::string& name) {
  fake_api_server server{serve_groups};
  auto parsed = parse_resource(name);
  if (!parsed)
    return parsed;
  api_access access;
  access.server = server.url();
  credentials who{access};
  std::vector<resource> kinds{*parsed};
  if (auto found = look_up(kinds, who, {}); !found)
    return found.failure();
  return kinds.front();
}

std::string failure_of(const std::string& name) {
  const auto found = looked_up(name);
  REQUIRE_FALSE(found);
  CHECK(found.failure().kind == error_kind::usage);
  return found.failure().what;
}

} // namespace

TEST_CASE("a custom kind that the server has is watched, in namespaces or not as the server says") {
  CHECK(looked_up("rollouts.v1alpha1.argoproj.io=Rollout")->namespaced);
  CHECK_FALSE(looked_up("clusterrollouts.v1alpha1.argoproj.io=ClusterRollout")->namespaced);
}

TEST_CASE("a wrong kind, group or version ends the start with what is wrong and what there is instead") {
  CHECK(failure_of("rollouts.v1.argoproj.io=Rollout") ==
        "--kinds rollouts: the server has no argoproj.io/v1; its versions of argoproj.io: v1alpha1");
  CHECK(failure_of("rollouts.v1alpha1.argo.io=Rollout") ==
        "--kinds rollouts: the server has no API group argo.io");
  CHECK(failure_of("rollout.v1alpha1.argoproj.io=Rollout") ==
        "--kinds rollout: argoproj.io/v1alpha1 has no such kind; it has: rollouts, clusterrollouts");
  CHECK(failure_of("rollouts.v1alpha1.argoproj.io=Rollup") ==
        "--kinds rollouts: these are of kind Rollout in argoproj.io/v1alpha1, not Rollup");
  CHECK(failure_of("rollouts.argoproj.io=Rollout") == "rollouts.argoproj.io=Rollout: argoproj is no version "
                                                      "of an API; write PLURAL.VERSION.GROUP=KIND, as in "
                                                      "rollouts.v1alpha1.argoproj.io=Rollout");
}

TEST_CASE("what the server does not say about a custom kind is no reason not to start") {
  CHECK(looked_up("things.v1.busy.io=Thing")->namespaced);
}
