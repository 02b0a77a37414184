#pragma once

#include "model/true_objects.hpp"

#include <set>
#include <string>
#include <vector>

namespace tallyman::testing {

// The rules that need nothing but the objects, as plainly as they can be said.

inline std::string group_in(const std::string& api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string::npos ? "" : api_version.substr(0, slash);
}

/// ReplicaSets, Jobs and ReplicationControllers are followed to their controller, and what the settings name;
/// Volcano's Job, say, is another kind.
inline bool is_followed(const true_reference& ref, const std::set<std::string>& settings = {}) {
  const auto group = group_in(ref.api_version);
  if (settings.contains(ref.kind + (group.empty() ? "" : ".") + group))
    return true;
  if (ref.kind == "ReplicaSet")
    return ref.api_version.empty() || group == "apps" || group == "extensions";
  if (ref.kind == "Job")
    return ref.api_version.empty() || group == "batch";
  return ref.kind == "ReplicationController" && group.empty();
}

inline bool is_own_owner(const true_reference& controller) {
  return controller.uid.empty() || (controller.kind == "Node" && group_in(controller.api_version).empty());
}

inline bool has_ended(const true_pod& pod) {
  return pod.phase == pod_phase::succeeded || pod.phase == pod_phase::failed;
}

struct chain_end {
  true_reference top;
  std::string waiting_on;
};

/// Follows `from` upward; `find` gives the workload of a uid, or null. A chain that does not end is cut.
template <class Find>
chain_end top_of(true_reference from, Find find, const std::set<std::string>& followed = {}) {
  if (is_own_owner(from))
    return {from, ""};
  for (int hops = 0; is_followed(from, followed); ++hops) {
    const true_workload* workload = find(from.uid);
    if (workload == nullptr)
      return {from, from.uid};
    if (workload->controller.uid.empty())
      break;
    if (hops == 16) { // a circle: whichever comes first in it
      auto first = from;
      for (int more = 0; more < 16; ++more) {
        from = find(from.uid)->controller;
        first = from.uid < first.uid ? from : first;
      }
      return {first, ""};
    }
    from = workload->controller;
  }
  return {from, ""};
}

/// Those that count.
inline std::vector<true_container> counted_containers(const true_pod& pod) {
  std::vector<true_container> counted;
  if (has_ended(pod))
    return counted;
  for (const auto& each : pod.containers)
    if (!each.image.empty() && (!each.image_id.empty() || each.list == container_list::volume))
      counted.push_back(each);
  return counted;
}

/// What of an object matters: two with the same text say the same.
std::string projection_of(const true_object& object);

} // namespace tallyman::testing
