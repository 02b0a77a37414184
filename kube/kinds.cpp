#include "kube/kinds.hpp"

#include "messages/fact.hpp"

#include <algorithm>
#include <array>

namespace tallyman::kube {

namespace {

struct group_kind {
  std::string_view group;
  std::string_view kind;
};

constexpr std::array workloads{
    group_kind{"apps", "ReplicaSet"},
    group_kind{"apps", "Deployment"},
    group_kind{"apps", "StatefulSet"},
    group_kind{"apps", "DaemonSet"},
    group_kind{"batch", "Job"},
    group_kind{"batch", "CronJob"},
    group_kind{"", "ReplicationController"},
    group_kind{"extensions", "ReplicaSet"},
    group_kind{"extensions", "Deployment"},
    group_kind{"extensions", "DaemonSet"},
};

// The groups of a domain that Kubernetes' own API servers serve (k8s.io/api, k8s.io/metrics and the like).
// Others that end in "k8s.io" are those of projects that define kinds by themselves, as Spark's operator
// does.
constexpr std::array<std::string_view, 24> own_groups{
    "admission.k8s.io",
    "admissionregistration.k8s.io",
    "apidiscovery.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "custom.metrics.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "external.metrics.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "meta.k8s.io",
    "metrics.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
};

// Whoever defines a kind of their own must use a domain for its group.
bool is_custom_group(std::string_view group) {
  return group.find('.') != std::string_view::npos &&
         std::find(own_groups.begin(), own_groups.end(), group) == own_groups.end();
}

} // namespace

kind_role role_of(std::string_view kind, std::string_view api_version) {
  const auto group = group_of(api_version);
  if (group.empty() && kind == "Pod")
    return kind_role::pod;
  if (group.empty() && kind == "Node")
    return kind_role::node;
  if (group.empty() && kind == "Status")
    return kind_role::status;
  const auto is_same = [&](const group_kind& known) { return known.kind == kind && known.group == group; };
  if (std::any_of(workloads.begin(), workloads.end(), is_same))
    return kind_role::workload;
  return is_custom_group(group) ? kind_role::workload : kind_role::ignored;
}

object_shape shape_of(std::string_view kind, std::string_view api_version) {
  switch (role_of(kind, api_version)) {
  case kind_role::pod:
    return object_shape::pod;
  case kind_role::node:
    return object_shape::node;
  case kind_role::status:
    return object_shape::status;
  default:
    return object_shape::other;
  }
}

std::string_view item_kind_of(std::string_view list_kind) {
  constexpr std::string_view suffix = "List";
  return list_kind.ends_with(suffix) ? list_kind.substr(0, list_kind.size() - suffix.size())
                                     : std::string_view{};
}

} // namespace tallyman::kube
