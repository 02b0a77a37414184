#include "watch/resource.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::watch {

namespace {

// https://kubernetes.io/docs/reference/using-api/#api-versioning: "v1", "v2beta1". A group may begin like
// that too, but then there is no second dot.
bool is_version(std::string_view text) {
  return text.size() >= 2 && text[0] == 'v' && text[1] >= '0' && text[1] <= '9';
}

} // namespace

const std::vector<resource>& built_in_resources() {
  static const std::vector<resource> all{
      {"nodes", "Node", {"v1"}, false},
      {"replicasets", "ReplicaSet", {"apps/v1"}},
      {"jobs", "Job", {"batch/v1"}},
      {"pods", "Pod", {"v1"}},
      {"deployments", "Deployment", {"apps/v1"}},
      {"statefulsets", "StatefulSet", {"apps/v1"}},
      {"daemonsets", "DaemonSet", {"apps/v1"}},
      {"cronjobs", "CronJob", {"batch/v1", "batch/v1beta1"}},
      {"replicationcontrollers", "ReplicationController", {"v1"}},
  };
  return all;
}

result<resource> parse_resource(std::string_view text) {
  const auto& known = built_in_resources();
  const auto found =
      std::find_if(known.begin(), known.end(), [&](auto& each) { return each.plural == text; });
  if (found != known.end())
    return *found;
  const auto equals = text.find('=');
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (equals == std::string_view::npos || second == std::string_view::npos || second > equals ||
      equals + 1 == text.size() || first == 0 || second == first + 1 || second + 1 == equals) {
    std::string names;
    for (const auto& each : known)
      names += (names.empty() ? "" : ", ") + each.plural;
    return error{error_kind::usage,
                 fmt::format("{} is no kind; write PLURAL.VERSION.GROUP=KIND, or one of {}", text, names)};
  }
  const auto version = text.substr(first + 1, second - first - 1);
  if (!is_version(version))
    return error{error_kind::usage,
                 fmt::format("{}: {} is no version of an API; write PLURAL.VERSION.GROUP=KIND, as in "
                             "rollouts.v1alpha1.argoproj.io=Rollout",
                             text, version)};
  resource custom;
  custom.plural = text.substr(0, first);
  custom.kind = text.substr(equals + 1);
  custom.versions = {fmt::format("{}/{}", text.substr(second + 1, equals - second - 1), version)};
  custom.is_built_in = false;
  return custom;
}

std::string path_of_version(std::string_view version) {
  return fmt::format("/{}/{}", version.find('/') == std::string_view::npos ? "api" : "apis", version);
}

} // namespace tallyman::watch
