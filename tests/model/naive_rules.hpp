#pragma once

#include "model/true_objects.hpp"

#include <string>
#include <vector>

namespace tallyman::testing {

// The rules that need nothing but the objects, as plainly as they can be said.

/// ReplicaSets and Jobs are followed to their controller; Volcano's Job, say, is another kind.
inline bool is_followed(const true_reference& ref) {
  const auto group = ref.api_version.substr(0, ref.api_version.find('/'));
  if (ref.kind == "ReplicaSet")
    return group.empty() || group == "apps" || group == "extensions";
  return ref.kind == "Job" && (group.empty() || group == "batch");
}

inline bool is_own_owner(const true_reference& controller) {
  return controller.uid.empty() || controller.kind == "Node";
}

struct chain_end {
  true_reference top;
  std::string waiting_on;
};

/// Follows `from` upward; `find` gives the workload of a uid, or null. A chain that does not end is cut.
template <class Find>
chain_end top_of(true_reference from, Find find) {
  if (is_own_owner(from))
    return {from, ""};
  for (int hops = 0; is_followed(from); ++hops) {
    const true_workload* workload = find(from.uid);
    if (workload == nullptr)
      return {from, from.uid};
    if (workload->controller.uid.empty() || hops == 16)
      break;
    from = workload->controller;
  }
  return {from, ""};
}

/// Those that count, each image once.
inline std::vector<true_container> counted_containers(const true_pod& pod) {
  std::vector<true_container> counted;
  for (const auto& each : pod.containers) {
    bool again = false;
    for (const auto& other : counted)
      again = again || (other.image == each.image && other.image_id == each.image_id);
    if (!each.image.empty() && !each.image_id.empty() && !again)
      counted.push_back(each);
  }
  return counted;
}

/// What of an object matters: two with the same text say the same.
std::string projection_of(const true_object& object);

} // namespace tallyman::testing
