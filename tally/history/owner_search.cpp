#include "tally/history/owner_search.hpp"

#include "messages/well_known.hpp"

namespace tallyman {

void owner_search::know(string_id id, std::string_view text) {
  if (!text.empty() && wanted_.is_kind(text))
    kinds_.insert(id);
  if (!wanted_.is_group || wanted_.is_group(text))
    api_versions_.insert(id);
  if (text == wanted_.name_space) {
    name_space_ = id;
    name_space_known_ = true;
  }
}

void owner_search::begin_pass(const cluster_state& start) {
  grown_ = false;
  for (const auto& [id, workload] : start.workloads.workloads())
    follow(id, workload.controller.id, workload.controller.kind, workload.controller.name);
  for (const auto& [id, pod] : start.placed.pods())
    if (below_.contains(pod.controller) ||
        names_wanted(start.placed.owners()[pod.owner].kind, start.placed.owners()[pod.owner].name))
      pods_.insert(id);
}

// The namespace is left to `is_about`: an owner is shown in that of the first pod that names it, so all pods
// that do must be there.
void owner_search::see(const pod_glance& pod) {
  const bool itself = names_wanted(well_known::pod, pod.name);
  if (itself || names_wanted(pod.controller_kind, pod.controller_name) || below_.contains(pod.controller))
    pods_.insert(pod.id);
}

void owner_search::see(const workload_glance& workload) {
  follow(workload.id, workload.controller, workload.controller_kind, workload.controller_name);
}

void owner_search::follow(const uid& workload, const uid& controller, string_id controller_kind,
                          std::string_view name) {
  if (controller.empty() || (!names_wanted(controller_kind, name) && !below_.contains(controller)))
    return;
  grown_ = below_.insert(workload).second || grown_;
}

// What was found late may concern pods that passed by before it.
bool owner_search::end_pass() {
  return !grown_;
}

bool owner_search::is_about(const image_key&, const owner& who) const {
  const bool in_wanted = !wanted_.name_space || (name_space_known_ && who.name_space == name_space_);
  return in_wanted && names_wanted(who.kind, who.name) && api_versions_.contains(who.api_version);
}

} // namespace tallyman
