#include "tally/workload_table.hpp"

#include <algorithm>
#include <utility>

namespace tallyman {

namespace {

// By group too: Volcano's `Job` of batch.volcano.sh, say, is a custom kind, and an owner as it is. A
// reference without an apiVersion (the API server refuses them) is taken at its kind.
bool is_followed_kind(std::string_view kind, std::string_view api_version, tally_rules rules) {
  const auto group = group_of(api_version);
  if (kind == "ReplicaSet")
    return api_version.empty() || group == "apps" || group == "extensions";
  if (kind == "Job")
    return api_version.empty() || group == "batch";
  return kind == "ReplicationController" && group.empty() && rules != tally_rules::first;
}

/// Whether `kind` of `api_version` is what `named` ("Workflow.argoproj.io", or "Pod" of the core group)
/// means.
bool is_named(std::string_view named, std::string_view kind, std::string_view api_version) {
  const auto dot = named.find('.');
  const auto group = dot == std::string_view::npos ? std::string_view{} : named.substr(dot + 1);
  return named.substr(0, dot) == kind && group == group_of(api_version);
}

} // namespace

workload_table::workload_table(string_table& strings, tally_rules rules)
    : strings_(&strings), pod_kind_(strings.intern("Pod")), node_kind_(strings.intern("Node")),
      rules_(rules) {}

bool workload_table::is_followed(string_id kind, string_id api_version) {
  const auto [found, is_new] = is_followed_.try_emplace({kind, api_version}, false);
  if (!is_new)
    return found->second;
  const auto kind_text = strings_->text(kind), version_text = strings_->text(api_version);
  found->second = is_followed_kind(kind_text, version_text, rules_);
  for (std::string_view rest = followed_; !found->second && !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    found->second = is_named(rest.substr(0, end), kind_text, version_text);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found->second;
}

owner_resolution workload_table::follow(link start, fact_batch& batch) {
  owner_resolution found;
  found.is_followed = is_followed(start.kind, start.api_version);
  link at{start.id, start.kind, start.api_version, {}};
  const reference* above = nullptr;
  bool goes_on = found.is_followed;
  for (int hops = 0; goes_on; ++hops) {
    const auto known = workloads_.find(at.id);
    if (known == workloads_.end()) {
      found.waiting_on = at.id;
      break;
    }
    if (known->second.controller.id.empty())
      break;
    if (hops == chain_length_max) {
      if (rules_ != tally_rules::first)
        at = head_of_circle(at, batch);
      break;
    }
    above = &known->second.controller;
    at = {above->id, above->kind, above->api_version, {}};
    goes_on = is_followed(at.kind, at.api_version);
  }
  found.id = at.id;
  found.kind = at.kind;
  found.api_version = at.api_version;
  found.name = at.name.length != 0 ? at.name : above == nullptr ? start.name : batch.add_text(above->name);
  found.cluster_scoped =
      rules_ != tally_rules::first && !cluster_scoped_.empty() && cluster_scoped_.contains(at.id);
  return found;
}

/// Of a circle that `at` is a link of, the one whose uid comes first: the same one wherever a chain enters
/// it. `at` itself if it is in none that is short enough to be seen.
workload_table::link workload_table::head_of_circle(const link& at, fact_batch& batch) const {
  const auto* head = &*workloads_.find(at.id);
  const auto* each = head;
  for (int hops = 0; hops < chain_length_max; ++hops) {
    const auto next = workloads_.find(each->second.controller.id);
    if (next == workloads_.end())
      return at;
    each = &*next;
    if (each->first == at.id)
      return {head->first, head->second.kind, head->second.api_version, batch.add_text(head->second.name)};
    if (to_string(each->first, *strings_) < to_string(head->first, *strings_))
      head = each;
  }
  return at;
}

owner_resolution workload_table::owner_of(const pod_observed& pod, fact_batch& batch) {
  const auto& controller = pod.controller;
  // A static pod's mirror names its node as controller; the node is where it runs, not whose it is. Only the
  // core group's Node is a machine.
  const bool is_static =
      controller.kind == node_kind_ &&
      (rules_ == tally_rules::first || group_of(strings_->text(controller.api_version)).empty());
  if (controller.empty() || is_static) {
    owner_resolution itself;
    itself.id = pod.id;
    itself.kind = pod_kind_;
    itself.name = pod.name;
    return itself;
  }
  return follow({controller.id, controller.kind, controller.api_version, controller.name}, batch);
}

// -- what is there --------------------------------------------------------------------------------

void workload_table::add_child(const uid& id, const workload& child) {
  const auto& above = child.controller;
  if (!above.id.empty() && is_followed(child.kind, child.api_version) &&
      is_followed(above.kind, above.api_version))
    children_[above.id].push_back(id);
}

void workload_table::put(const uid& id, workload seen) {
  remove(id);
  add_child(id, seen);
  if (seen.name_space == string_id::empty)
    cluster_scoped_.insert(id);
  workloads_[id] = std::move(seen);
}

void workload_table::remove(const uid& id) {
  const auto found = workloads_.find(id);
  if (found == workloads_.end())
    return;
  if (const auto siblings = children_.find(found->second.controller.id); siblings != children_.end()) {
    auto& all = siblings->second;
    all.erase(std::remove(all.begin(), all.end(), id), all.end());
    if (all.empty())
      children_.erase(siblings);
  }
  cluster_scoped_.erase(id);
  workloads_.erase(found);
}

// Chains may form circles, so each is added once; and none reaches further than `follow` goes.
void workload_table::add_below(const uid& top, std::vector<uid>& to) const {
  const auto first = to.size();
  to.push_back(top);
  if (children_.empty())
    return;
  absl::flat_hash_set<uid> added{top};
  for (auto i = first; i < to.size(); ++i)
    if (const auto children = children_.find(to[i]); children != children_.end())
      for (const auto& child : children->second)
        if (added.insert(child).second)
          to.push_back(child);
}

void workload_table::restore_settings(tally_rules rules, std::string followed) {
  rules_ = rules;
  followed_ = std::move(followed);
  is_followed_.clear();
  children_.clear();
  for (const auto& [id, each] : workloads_)
    add_child(id, each);
}

void workload_table::restore(const uid& id, workload state) {
  put(id, std::move(state));
}

// -- batches --------------------------------------------------------------------------------------

owner_resolutions workload_table::resolve(fact_batch& batch) {
  owner_resolutions answers;
  answers.of.reserve(batch.facts.size());
  constexpr std::size_t prefetch_ahead = 16;
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    if (i + prefetch_ahead < batch.facts.size())
      if (const auto* pod = std::get_if<pod_observed>(&batch.facts[i + prefetch_ahead].body))
        workloads_.prefetch(pod->controller.id);
    const auto& body = batch.facts[i].body;
    if (const auto* pod = std::get_if<pod_observed>(&body)) {
      answers.of.push_back(owner_of(*pod, batch));
      continue;
    }
    auto& answer = answers.of.emplace_back();
    if (const auto* seen = std::get_if<workload_observed>(&body)) {
      const auto& ref = seen->controller;
      const auto before = workloads_.find(seen->id);
      const bool is_new_link = before == workloads_.end() || before->second.controller.id != ref.id;
      put(seen->id, {seen->kind,
                     seen->api_version,
                     seen->name_space,
                     std::string{batch.text(seen->name)},
                     {ref.id, ref.kind, ref.api_version, std::string{batch.text(ref.name)}}});
      answer = follow({seen->id, seen->kind, seen->api_version, seen->name}, batch);
      answer.is_new_link = is_new_link;
      answer.below.offset = static_cast<std::uint32_t>(answers.below.size());
      add_below(seen->id, answers.below);
      answer.below.length = static_cast<std::uint32_t>(answers.below.size()) - answer.below.offset;
    } else if (const auto* gone = std::get_if<workload_gone>(&body)) {
      remove(gone->id);
    } else if (const auto* settings = std::get_if<settings_changed>(&body)) {
      const auto rules = std::max(rules_, settings->rules);
      if (rules != rules_ || batch.text(settings->followed) != followed_)
        restore_settings(rules, std::string{batch.text(settings->followed)});
    }
  }
  return answers;
}

} // namespace tallyman
