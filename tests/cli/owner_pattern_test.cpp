#include "views/owner_pattern.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;

namespace {

bool means(std::string_view text, std::string_view kind, std::string_view api_version = "apps/v1") {
  INFO(text << " of " << kind << " in " << api_version);
  const auto wanted = owner_pattern::parse(text);
  REQUIRE(wanted);
  return wanted->matches(kind, api_version, "shop", "web");
}

} // namespace

TEST_CASE("a kind is taken in every way in which kubectl takes it") {
  for (const auto* spelled :
       {"Deployment", "deployment", "DEPLOYMENTS", "deployments", "deploy", "deployments.apps",
        "Deployment.apps", "deployments.v1.apps", "deploy.v1beta1.apps"}) {
    CHECK(means(std::string{spelled} + "/shop/web", "Deployment"));
    CHECK(means(std::string{spelled} + "/web", "Deployment"));
    CHECK(means(std::string{spelled} + " shop/web", "Deployment"));
    CHECK(owner_pattern::parse(std::string{spelled} + "/web")->is_certain());
  }
  const std::vector<std::pair<std::string_view, std::string_view>> spellings{
      {"po", "Pod"},          {"pods", "Pod"},         {"no", "Node"},       {"rs", "ReplicaSet"},
      {"sts", "StatefulSet"}, {"ds", "DaemonSet"},     {"jobs", "Job"},      {"rc", "ReplicationController"},
      {"cj", "CronJob"},      {"rollouts", "Rollout"}, {"proxies", "Proxy"}, {"prometheuses", "Prometheus"},
      {"Rollout", "Rollout"}, {"gateways", "Gateway"}};
  for (const auto& [spelled, kind] : spellings)
    CHECK(means(std::string{spelled} + "/shop/web", kind, ""));
}

TEST_CASE("a kind, a group, a namespace or a name that is another one does not match") {
  CHECK_FALSE(means("deploy/shop/web", "DaemonSet"));
  CHECK_FALSE(means("d/shop/web", "Deployment"));
  CHECK_FALSE(means("deployment.extensions/shop/web", "Deployment"));
  CHECK_FALSE(means("jobs.batch.volcano.sh/web", "Job", "batch/v1"));
  CHECK(means("jobs.batch.volcano.sh/web", "Job", "batch.volcano.sh/v1alpha1"));
  CHECK(means("job/web", "Job", "batch.volcano.sh/v1alpha1"));
  CHECK_FALSE(means("deploy/store/web", "Deployment"));
  CHECK_FALSE(means("deploy/shop/web-2", "Deployment"));
  CHECK_FALSE(means("deploy//web", "Deployment"));
  CHECK(owner_pattern::parse("widget//web")->matches("Widget", "example.com/v1", "", "web"));
  CHECK(owner_pattern::parse("widget/web")->matches("Widget", "example.com/v1", "", "web"));
}

TEST_CASE("what names no owner is not taken for one") {
  for (const auto* text :
       {"", "web", "/shop/web", "deploy/", "deploy/shop/", "deploy/shop/web/1", "nginx:1.25",
        "registry.example.com:5000/shop/web", "docker.io/library/nginx@sha256:1", ".apps/web"})
    CHECK_FALSE(owner_pattern::parse(text));
  for (const auto* text : {"registry.example.com/shop/web", "library/nginx", "widget/web"}) {
    REQUIRE(owner_pattern::parse(text));
    CHECK_FALSE(owner_pattern::parse(text)->is_certain());
  }
}

TEST_CASE("an owner is found as it is shown") {
  for (const auto& shown : {shown_owner("Deployment", "shop", "web"), shown_owner("Widget", "", "web")}) {
    const auto wanted = owner_pattern::parse(shown);
    REQUIRE(wanted);
    CHECK(wanted->name() == "web");
  }
  CHECK(shown_owner("Deployment", "shop", "web") == "Deployment shop/web");
  CHECK(shown_owner("Widget", "", "web") == "Widget web");
}
