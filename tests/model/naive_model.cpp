#include "model/naive_model.hpp"

#include "model/naive_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::testing {

// -- reading --------------------------------------------------------------------------------------

true_reference naive_model::read(const fact_batch& batch, const controller_ref& ref) const {
  return {text(ref.id), text(ref.kind), text(ref.api_version), std::string{batch.text(ref.name)}};
}

true_node naive_model::read(const fact_batch&, const node_observed& seen) const {
  return {text(seen.id), text(seen.name), text(seen.architecture), text(seen.os), seen.resource_version};
}

true_workload naive_model::read(const fact_batch& batch, const workload_observed& seen) const {
  return {text(seen.id),
          text(seen.kind),
          text(seen.api_version),
          text(seen.name_space),
          std::string{batch.text(seen.name)},
          read(batch, seen.controller),
          seen.resource_version};
}

true_pod naive_model::read(const fact_batch& batch, const pod_observed& seen) const {
  true_pod made{text(seen.id),
                text(seen.name_space),
                std::string{batch.text(seen.name)},
                text(seen.node),
                read(batch, seen.controller),
                seen.phase,
                seen.deleting,
                {},
                seen.resource_version};
  for (auto* each = batch.begin_of(seen.containers); each != batch.end_of(seen.containers); ++each)
    made.containers.push_back(
        {text(each->name), text(each->image), text(each->image_id), text(each->runtime), each->list});
  return made;
}

// -- what comes in --------------------------------------------------------------------------------

void naive_model::take(const observations& seen) {
  for (std::size_t i = 0; i <= seen.batch.facts.size(); ++i) {
    for (const auto& list : seen.lists)
      if (list.position == i)
        lists_[text(list.kind)] = {};
    if (i < seen.batch.facts.size())
      take(seen.batch, seen.batch.facts[i]);
  }
}

void naive_model::take(const fact_batch& batch, const fact& each) {
  const auto time = each.time_ms;
  if (const auto* seen_pod = std::get_if<pod_observed>(&each.body))
    return observe(batch, *seen_pod, time);
  if (const auto* node = std::get_if<node_observed>(&each.body))
    return observe(batch, *node, time);
  if (const auto* workload = std::get_if<workload_observed>(&each.body))
    return observe(batch, *workload, time);
  if (const auto* gone_pod = std::get_if<pod_gone>(&each.body))
    return end(text(gone_pod->id), time);
  if (const auto* gone_node = std::get_if<node_gone>(&each.body))
    return end(text(gone_node->id), time);
  if (const auto* gone_workload = std::get_if<workload_gone>(&each.body))
    return end(text(gone_workload->id), time);
  if (const auto* list = std::get_if<list_synced>(&each.body))
    end_list(text(object_kind{list->kind, list->api_version}), time);
  begin_fact(time);
  if (const auto* scan = std::get_if<scan_finished>(&each.body))
    apply(batch, *scan, time);
  else if (const auto* answer = std::get_if<remote_answered>(&each.body))
    apply(*answer, time);
  else if (const auto* acknowledged = std::get_if<remote_acknowledged>(&each.body))
    apply(*acknowledged, time);
  else if (const auto* synced = std::get_if<list_synced>(&each.body))
    positions_[position_of(synced->kind, synced->api_version)] = {
        std::string{batch.text(synced->resource_version)}, time, synced->items};
  else if (const auto* mark = std::get_if<bookmarked>(&each.body))
    positions_[position_of(mark->kind, mark->api_version)].version = batch.text(mark->resource_version);
  else if (const auto* settings = std::get_if<settings_changed>(&each.body))
    grace_ = settings->scan_grace_ms;
  end_fact(time);
}

template <class Seen>
void naive_model::observe(const fact_batch& batch, const Seen& seen, std::int64_t time) {
  const auto object = read(batch, seen);
  if (gone_.contains(object.uid))
    return;
  const auto kind = kind_of(object);
  if (lists_.contains(kind))
    lists_[kind].insert(object.uid);
  const auto says = projection_of(object);
  if (const auto last = last_said_.find(object.uid); last != last_said_.end() && last->second == says)
    return;
  last_said_[object.uid] = says;
  kinds_[object.uid] = kind;
  begin_fact(time);
  apply(object);
  end_fact(time);
}

void naive_model::end(const std::string& uid, std::int64_t time) {
  if (!gone_.insert(uid).second)
    return;
  begin_fact(time);
  last_said_.erase(uid);
  kinds_.erase(uid);
  pods_.erase(uid);
  workloads_.erase(uid);
  std::erase_if(nodes_, [&](const auto& entry) { return entry.second.uid == uid; });
  end_fact(time);
}

void naive_model::end_list(const std::string& kind, std::int64_t time) {
  if (!lists_.contains(kind))
    return;
  const auto listed = lists_[kind];
  lists_.erase(kind);
  const auto there = kinds_;
  for (const auto& [uid, its_kind] : there)
    if (its_kind == kind && !listed.contains(uid))
      end(uid, time);
}

// -- one fact -------------------------------------------------------------------------------------

void naive_model::begin_fact(std::int64_t time) {
  ++sequence_;
  time_ = time;
  std::erase_if(images_, [&](const auto& entry) {
    const auto& each = entry.second;
    return each.pods.empty() && static_cast<std::uint64_t>(time - each.idle_since) >= grace_;
  });
}

void naive_model::apply(const true_node& node) {
  const auto now = nodes_.find(node.name);
  const auto overtaken = now != nodes_.end() && now->second.uid != node.uid &&
                         node.resource_version < now->second.resource_version;
  if (overtaken)
    return;
  nodes_[node.name] = node;
  if (node.architecture.empty() || node.os.empty())
    return;
  for (auto& [uid, each] : pods_)
    if (each.seen.node == node.name && !each.platform_certain)
      resolve_platform(each);
}

void naive_model::apply(const true_workload& workload) {
  workloads_[workload.uid] = workload;
  for (auto& [uid, each] : pods_)
    if (each.waiting_on == workload.uid)
      resolve_owner(each, {workload.uid, workload.kind, workload.api_version, workload.name});
}

void naive_model::apply(const true_pod& seen) {
  const auto is_new = !pods_.contains(seen.uid);
  auto& each = pods_[seen.uid];
  const auto before = each.seen;
  each.seen = seen;
  if (is_new || before.node != seen.node)
    resolve_platform(each);
  if (is_new || before.controller.uid != seen.controller.uid)
    resolve_owner(each, seen.controller);
  if (seen.phase == pod_phase::succeeded || seen.phase == pod_phase::failed)
    each.counted.clear();
  if (seen.phase != pod_phase::running)
    return;
  each.counted.clear();
  for (const auto& one : counted_containers(seen))
    each.counted.push_back({one.image_id, one.image, one.runtime});
}

void naive_model::resolve_platform(pod& of) {
  const auto node = nodes_.find(of.seen.node);
  of.platform_certain =
      node != nodes_.end() && !node->second.architecture.empty() && !node->second.os.empty();
  of.architecture = of.platform_certain ? node->second.architecture : "amd64";
  of.os = of.platform_certain ? node->second.os : "linux";
}

void naive_model::resolve_owner(pod& of, true_reference from) {
  const auto found = top_of(from, [&](const std::string& uid) {
    const auto workload = workloads_.find(uid);
    return workload == workloads_.end() ? nullptr : &workload->second;
  });
  of.waiting_on = found.waiting_on;
  of.owner = {found.top.uid, found.top.kind, found.top.name};
  if (is_own_owner(from))
    of.owner = {of.seen.uid, "Pod", of.seen.name};
}

void naive_model::apply(const fact_batch& batch, const scan_finished& scan, std::int64_t time) {
  for (auto& [key, each] : images_) {
    if (std::get<0>(key) != text(scan.image_id) || std::get<1>(key) != text(scan.architecture))
      continue;
    if (scan.outcome == scan_outcome::succeeded) {
      each.scanned = true;
      each.scanned_at = time;
      each.image_private = false;
      each.failures = 0;
      each.last_error = "";
      each.next_scan = 0;
      continue;
    }
    each.image_private = scan.outcome == scan_outcome::image_private;
    each.failures += 1;
    each.last_error = batch.text(scan.error);
    const auto never = scan.wait_ms > 1ull << 62;
    each.next_scan = never ? INT64_MAX : time + static_cast<std::int64_t>(scan.wait_ms);
  }
}

void naive_model::apply(const remote_answered& answer, std::int64_t time) {
  for (auto& [key, each] : images_) {
    if (std::get<0>(key) != text(answer.image_id) || std::get<1>(key) != text(answer.architecture))
      continue;
    each.asked_at = time;
    if (!answer.scanned || each.scanned)
      continue;
    each.scanned = true;
    each.scanned_at = time;
    each.image_private = false;
    each.failures = 0;
    each.last_error = "";
    each.next_scan = 0;
  }
}

void naive_model::apply(const remote_acknowledged& answer, std::int64_t time) {
  const auto found = images_.find({text(answer.image_id), text(answer.architecture), text(answer.name)});
  if (found == images_.end())
    return;
  auto& each = found->second;
  each.acknowledged_at = time;
  each.acknowledged = std::max(each.acknowledged, std::min(answer.version, each.version));
}

// -- the images, from the pods --------------------------------------------------------------------

void naive_model::end_fact(std::int64_t time) {
  std::map<image_key_text, std::map<std::string, membership>> wanted;
  for (const auto& [key, each] : images_)
    wanted[key];
  for (const auto& [uid, each] : pods_)
    for (const auto& one : each.counted)
      wanted[{one.image_id, each.architecture, one.name}].try_emplace(
          uid, membership{each.owner, each.seen.name_space, each.waiting_on.empty(), each.platform_certain,
                          each.os, one.runtime});
  for (const auto& [key, pods] : wanted)
    update(key, pods, time);
}

void naive_model::update(const image_key_text& key, const std::map<std::string, membership>& pods,
                         std::int64_t time) {
  if (!images_.contains(key)) {
    image born;
    born.first_seen = time;
    born.scanned = known_as_scanned(key, born.scanned_at);
    images_[key] = born;
  }
  auto& each = images_[key];
  std::set<std::string> owners_before, owners_now;
  for (const auto& [uid, member] : each.pods)
    owners_before.insert(member.owner.uid);
  for (const auto& [uid, member] : pods) {
    owners_now.insert(member.owner.uid);
    const auto before = each.pods.find(uid);
    if (before != each.pods.end() && before->second.owner.uid == member.owner.uid &&
        before->second.owner_certain == member.owner_certain && before->second.os == member.os &&
        before->second.platform_certain == member.platform_certain &&
        before->second.runtime == member.runtime)
      continue;
    each.os = member.os;
    if (!member.runtime.empty())
      each.runtime = member.runtime;
  }
  std::vector<std::string> changes;
  std::set_symmetric_difference(owners_before.begin(), owners_before.end(), owners_now.begin(),
                                owners_now.end(), std::back_inserter(changes));
  if (!changes.empty())
    each.owner_changed = time;
  each.version += changes.size();
  if (!each.pods.empty() && pods.empty())
    each.idle_since = time;
  each.pods = pods;
}

bool naive_model::known_as_scanned(const image_key_text& key, std::int64_t& at) const {
  for (const auto& [other, each] : images_)
    if (std::get<0>(other) == std::get<0>(key) && std::get<1>(other) == std::get<1>(key) && each.scanned) {
      at = each.scanned_at;
      return true;
    }
  return false;
}

} // namespace tallyman::testing
