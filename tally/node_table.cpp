#include "tally/node_table.hpp"

#include <algorithm>

namespace tallyman {

node_table::node_table(string_table& strings, tally_rules rules)
    : fallback_{strings.intern("amd64"), strings.intern("linux"), false}, rules_(rules) {}

platform node_table::platform_of(string_id node_name) const {
  if (node_name == string_id::empty)
    return fallback_;
  const auto found = nodes_.find(node_name);
  if (found == nodes_.end())
    return fallback_;
  const auto& known = found->second;
  if (known.architecture == string_id::empty || known.os == string_id::empty)
    return fallback_;
  return {known.architecture, known.os, true};
}

void node_table::put(string_id name, node state) {
  if (const auto known = names_.find(state.id); known != names_.end() && known->second != name)
    nodes_.erase(known->second);
  auto& slot = nodes_[name];
  // By the first rules nobody ended the node that had the name before, and a watch that went on from too far
  // back could show it once more.
  if (rules_ == tally_rules::first && slot.id != state.id && state.resource_version != 0 &&
      state.resource_version < slot.resource_version)
    return;
  if (slot.id != state.id)
    names_.erase(slot.id);
  slot = state;
  names_[state.id] = name;
}

void node_table::restore(string_id name, node state) {
  put(name, state);
}

// By uid: a node that was deleted and registered again under its name is another node.
void node_table::forget(const node_gone& gone) {
  const auto found = names_.find(gone.id);
  if (found == names_.end())
    return;
  nodes_.erase(found->second);
  names_.erase(found);
}

std::vector<platform> node_table::resolve(const fact_batch& batch) {
  std::vector<platform> answers(batch.facts.size());
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    const auto& body = batch.facts[i].body;
    if (const auto* pod = std::get_if<pod_observed>(&body)) {
      answers[i] = platform_of(pod->node);
    } else if (const auto* seen = std::get_if<node_observed>(&body)) {
      put(seen->name, {seen->id, seen->architecture, seen->os, seen->resource_version});
      answers[i] = platform_of(seen->name);
    } else if (const auto* gone = std::get_if<node_gone>(&body)) {
      forget(*gone);
    } else if (const auto* settings = std::get_if<settings_changed>(&body)) {
      rules_ = std::max(rules_, settings->rules);
    }
  }
  return answers;
}

} // namespace tallyman
