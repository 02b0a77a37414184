#include "tally/workload_table.hpp"

namespace tallyman {

namespace {

// By group too: Volcano's `Job` of batch.volcano.sh, say, is a custom kind, and an owner as it is. A
// reference without an apiVersion (the API server refuses them) is taken at its kind.
bool is_followed_kind(std::string_view kind, std::string_view api_version) {
  const auto group = group_of(api_version);
  if (kind == "ReplicaSet")
    return api_version.empty() || group == "apps" || group == "extensions";
  if (kind == "Job")
    return api_version.empty() || group == "batch";
  return false;
}

} // namespace

workload_table::workload_table(string_table& strings)
    : strings_(&strings), pod_kind_(strings.intern("Pod")), node_kind_(strings.intern("Node")) {}

bool workload_table::is_followed(string_id kind, string_id api_version) {
  const auto [place, is_new] = followed_.try_emplace({kind, api_version}, false);
  if (is_new)
    place->second = is_followed_kind(strings_->text(kind), strings_->text(api_version));
  return place->second;
}

owner_resolution workload_table::follow(link start, fact_batch& batch) {
  link at = start;
  const reference* above = nullptr;
  uid waiting_on;
  for (int hops = 0; is_followed(at.kind, at.api_version); ++hops) {
    const auto found = workloads_.find(at.id);
    if (found == workloads_.end()) {
      waiting_on = at.id;
      break;
    }
    if (found->second.controller.id.empty() || hops == chain_length_max)
      break;
    above = &found->second.controller;
    at = {above->id, above->kind, above->api_version, {}};
  }
  return {at.id, waiting_on, at.kind, above == nullptr ? start.name : batch.add_text(above->name)};
}

owner_resolution workload_table::owner_of(const pod_observed& pod, fact_batch& batch) {
  const auto& controller = pod.controller;
  // A static pod's mirror names its node as controller; the node is where it runs, not whose it is.
  if (controller.empty() || controller.kind == node_kind_)
    return {pod.id, {}, pod_kind_, pod.name};
  return follow({controller.id, controller.kind, controller.api_version, controller.name}, batch);
}

void workload_table::put(const workload_observed& seen, const fact_batch& batch) {
  const auto& ref = seen.controller;
  workloads_[seen.id] = {seen.kind,
                         seen.api_version,
                         seen.name_space,
                         std::string{batch.text(seen.name)},
                         {ref.id, ref.kind, ref.api_version, std::string{batch.text(ref.name)}}};
}

std::vector<owner_resolution> workload_table::resolve(fact_batch& batch) {
  std::vector<owner_resolution> answers(batch.facts.size());
  constexpr std::size_t prefetch_ahead = 16;
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    if (i + prefetch_ahead < batch.facts.size())
      if (const auto* pod = std::get_if<pod_observed>(&batch.facts[i + prefetch_ahead].body))
        workloads_.prefetch(pod->controller.id);
    const auto& body = batch.facts[i].body;
    if (const auto* pod = std::get_if<pod_observed>(&body)) {
      answers[i] = owner_of(*pod, batch);
    } else if (const auto* seen = std::get_if<workload_observed>(&body)) {
      put(*seen, batch);
      answers[i] = follow({seen->id, seen->kind, seen->api_version, seen->name}, batch);
    } else if (const auto* gone = std::get_if<workload_gone>(&body)) {
      workloads_.erase(gone->id);
    }
  }
  return answers;
}

} // namespace tallyman
