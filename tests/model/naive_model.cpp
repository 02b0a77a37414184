#include "model/naive_model.hpp"

#include "model/naive_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace tallyman::testing {

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
  const auto take_end = [&](const uid& id, const std::string& kind, std::uint64_t version) {
    const auto known = versions_.find(text(id));
    if (known == versions_.end() || version == 0 || version >= known->second)
      end(text(id), kind, version, time);
  };
  if (const auto* gone_pod = std::get_if<pod_gone>(&each.body))
    return take_end(gone_pod->id, "Pod", gone_pod->resource_version);
  if (const auto* gone_node = std::get_if<node_gone>(&each.body))
    return take_end(gone_node->id, "Node", gone_node->resource_version);
  if (const auto* gone_workload = std::get_if<workload_gone>(&each.body))
    return take_end(gone_workload->id, text(gone_workload->kind), gone_workload->resource_version);
  if (const auto* list = std::get_if<list_synced>(&each.body)) {
    const auto version = std::stoull(std::string{batch.text(list->resource_version)});
    end_list(text(object_kind{list->kind, list->api_version}), version, time);
    for (auto& [uid, gone] : gone_)
      if (gone.kind == text(list->kind))
        gone.version = std::min<std::uint64_t>(gone.version, version);
  }
  begin_fact(time);
  if (const auto* finished = std::get_if<scan_finished>(&each.body))
    apply(batch, *finished, time);
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
    apply(batch, *settings);
  end_fact(time);
}

bool naive_model::is_late(const std::string& uid, std::uint64_t version) const {
  if (version == 0)
    return false;
  if (const auto gone = gone_.find(uid); gone != gone_.end())
    return version <= gone->second.version;
  const auto known = versions_.find(uid);
  return known != versions_.end() && version < known->second;
}

std::string naive_model::holder_of_name(const true_object& object) const {
  if (const auto* node = std::get_if<true_node>(&object))
    for (const auto& [name, other] : nodes_)
      if (name == node->name && other.uid != node->uid)
        return other.uid;
  if (const auto* seen = std::get_if<true_pod>(&object))
    for (const auto& [uid, other] : pods_)
      if (other.seen.name == seen->name && other.seen.name_space == seen->name_space && uid != seen->uid)
        return uid;
  return "";
}

template <class Seen>
void naive_model::observe(const fact_batch& batch, const Seen& seen, std::int64_t time) {
  const auto object = read(batch, seen);
  const auto kind = kind_of(object);
  const auto version = object.resource_version;
  if (!lists_.contains(kind) && is_late(object.uid, version))
    return;
  if (const auto holder = holder_of_name(object); !holder.empty())
    end(holder, kind, version, time);
  gone_.erase(object.uid);
  if (lists_.contains(kind))
    lists_[kind].insert(object.uid);
  const auto says = projection_of(object);
  const auto last = last_said_.find(object.uid);
  const bool went_back = version != 0 && version < versions_[object.uid];
  const bool is_same = last != last_said_.end() && last->second == says && !went_back;
  if (version != 0)
    versions_[object.uid] = version;
  if (is_same)
    return;
  last_said_[object.uid] = says;
  kinds_[object.uid] = kind;
  begin_fact(time);
  apply(object);
  end_fact(time);
}

void naive_model::end(const std::string& uid, const std::string& kind, std::uint64_t version,
                      std::int64_t time) {
  if (!gone_.emplace(uid, gone_object{version, kind}).second)
    return;
  begin_fact(time);
  last_said_.erase(uid);
  versions_.erase(uid);
  kinds_.erase(uid);
  pods_.erase(uid);
  workloads_.erase(uid);
  std::erase_if(nodes_, [&](const auto& entry) { return entry.second.uid == uid; });
  end_fact(time);
}

void naive_model::end_list(const std::string& kind, std::uint64_t version, std::int64_t time) {
  if (!lists_.contains(kind))
    return;
  const auto listed = lists_[kind];
  lists_.erase(kind);
  const auto there = kinds_;
  for (const auto& [uid, its_kind] : there)
    if (its_kind == kind && !listed.contains(uid))
      end(uid, kind.substr(0, kind.find('.')), version, time);
}

// -- one fact -------------------------------------------------------------------------------------

void naive_model::begin_fact(std::int64_t time) {
  ++sequence_;
  time_ = time;
  std::erase_if(images_, [&](const auto& entry) {
    const auto& each = entry.second;
    return each.pods.empty() && static_cast<std::uint64_t>(time - each.idle_since) >= grace_;
  });
  forget_identities();
}

void naive_model::apply(const fact_batch& batch, const settings_changed& settings) {
  grace_ = settings.scan_grace_ms;
  followed_.clear();
  std::istringstream kinds{std::string{batch.text(settings.followed)}};
  for (std::string kind; kinds >> kind;)
    followed_.insert(kind);
  if (!settings.list_anew)
    return;
  last_said_.clear();
  positions_.clear();
}

void naive_model::apply(const true_node& node) {
  nodes_[node.name] = node;
  for (auto& [uid, each] : pods_)
    if (each.seen.node == node.name)
      if (const auto now = on_platform_of(each); now.platform_certain)
        each = now;
}

void naive_model::apply(const true_workload& workload) {
  const auto before = workloads_.find(workload.uid);
  const bool is_new_link =
      before == workloads_.end() || before->second.controller.uid != workload.controller.uid;
  workloads_[workload.uid] = workload;
  for (auto& [uid, each] : pods_) {
    if (each.waiting_on != workload.uid && !hangs_on(each, workload.uid))
      continue;
    const auto now = owned_by(each, {workload.uid, workload.kind, workload.api_version, workload.name});
    if (now.waiting_on.empty() || is_new_link || !each.waiting_on.empty())
      each = now;
  }
}

void naive_model::apply(const true_pod& seen) {
  const auto is_new = !pods_.contains(seen.uid);
  auto& each = pods_[seen.uid];
  const auto before = each;
  each.seen = seen;
  // What the settings name since the pod was seen counts when it is seen again.
  const bool keeps_controller = !is_new && before.seen.controller.uid == seen.controller.uid;
  each.is_followed = (keeps_controller && before.is_followed) ||
                     (!is_own_owner(seen.controller) && is_followed(seen.controller, followed_));
  if (const auto now = owned_by(each, seen.controller);
      is_new || before.seen.controller.uid != seen.controller.uid || now.waiting_on.empty())
    each = now;
  if (const auto now = on_platform_of(each); is_new || before.seen.node != seen.node || now.platform_certain)
    each = now;
  each.counted = counted_containers(seen);
  for (auto& one : each.counted)
    one.image = paired_name(one, before);
  // The first of each image stands in front.
  std::vector<true_container> firsts, others;
  for (const auto& one : each.counted)
    (std::any_of(
         firsts.begin(), firsts.end(),
         [&](const auto& first) { return first.image == one.image && first.image_id == one.image_id; })
         ? others
         : firsts)
        .push_back(one);
  each.counted = firsts;
  each.counted.insert(each.counted.end(), others.begin(), others.end());
}

std::string naive_model::paired_name(const true_container& seen, const pod& before) {
  for (const auto& one : before.counted)
    if (one.name == seen.name && one.list == seen.list && one.instance == seen.instance)
      return one.image_id == seen.image_id ? one.image : seen.image;
  return seen.image;
}

naive_model::pod naive_model::on_platform_of(pod of) const {
  const auto node = nodes_.find(of.seen.node);
  of.platform_certain =
      node != nodes_.end() && !node->second.architecture.empty() && !node->second.os.empty();
  of.architecture = of.platform_certain ? node->second.architecture : "amd64";
  of.os = of.platform_certain ? node->second.os : "linux";
  return of;
}

naive_model::pod naive_model::owned_by(pod of, const true_reference& from) const {
  const auto found = top_of(
      from,
      [&](const std::string& uid) {
        const auto workload = workloads_.find(uid);
        return workload == workloads_.end() ? nullptr : &workload->second;
      },
      followed_);
  of.waiting_on = found.waiting_on;
  of.owner = {found.top.uid, found.top.kind, found.top.name};
  if (is_own_owner(from))
    of.owner = {of.seen.uid, "Pod", of.seen.name};
  return of;
}

/// Whether the chain of the pod, as it is known, goes through `workload`.
bool naive_model::hangs_on(const pod& of, const std::string& workload) const {
  auto at = of.seen.controller;
  for (std::set<std::string> been; of.is_followed && been.insert(at.uid).second;) {
    if (at.uid == workload)
      return true;
    const auto known = workloads_.find(at.uid);
    if (known == workloads_.end() || known->second.controller.uid.empty() ||
        !is_followed(known->second.controller, followed_) ||
        !is_followed({"", known->second.kind, known->second.api_version, ""}, followed_))
      return false;
    at = known->second.controller;
  }
  return false;
}

// -- scans ----------------------------------------------------------------------------------------

naive_model::identity_text naive_model::identity_of(const image_key_text& key) {
  const auto& id = std::get<0>(key);
  return {id.substr(id.find('@') + 1), std::get<1>(key)};
}

naive_model::identity_text naive_model::identity_of(string_id image_id, string_id architecture) const {
  return identity_of(image_key_text{text(image_id), text(architecture), ""});
}

void naive_model::apply(const fact_batch& batch, const scan_finished& finished, std::int64_t time) {
  const auto found = scans_.find(identity_of(finished.image_id, finished.architecture));
  if (found == scans_.end())
    return;
  auto& each = found->second;
  if (finished.outcome == scan_outcome::succeeded) {
    each = {true, time, false, 0, "", 0};
    return;
  }
  each.image_private = finished.outcome == scan_outcome::image_private;
  each.failures += 1;
  each.last_error = batch.text(finished.error);
  const auto never = finished.wait_ms > 1ull << 62;
  each.next_scan = never ? INT64_MAX : time + static_cast<std::int64_t>(finished.wait_ms);
}

void naive_model::apply(const remote_answered& answer, std::int64_t time) {
  const auto identity = identity_of(answer.image_id, answer.architecture);
  for (auto& [key, each] : images_)
    if (identity_of(key) == identity)
      each.asked_at = time;
  const auto found = scans_.find(identity);
  if (found != scans_.end() && answer.scanned && !found->second.scanned)
    found->second = {true, time, false, 0, "", 0};
}

void naive_model::apply(const remote_acknowledged& answer, std::int64_t time) {
  const auto found = images_.find({text(answer.image_id), text(answer.architecture), text(answer.name)});
  if (found == images_.end())
    return;
  auto& each = found->second;
  each.acknowledged_at = time;
  each.acknowledged = std::max(each.acknowledged, std::min(answer.version, each.version));
}

void naive_model::forget_identities() {
  std::erase_if(scans_, [&](const auto& entry) {
    return std::none_of(images_.begin(), images_.end(),
                        [&](const auto& named) { return identity_of(named.first) == entry.first; });
  });
}

// -- the images, from the pods --------------------------------------------------------------------

void naive_model::end_fact(std::int64_t time) {
  std::map<image_key_text, std::map<std::string, membership>> wanted;
  for (const auto& [key, each] : images_)
    wanted[key];
  std::set<std::string> owners;
  for (const auto& [uid, each] : pods_) {
    owners.insert(each.owner.uid);
    for (const auto& one : each.counted)
      wanted[{one.image_id, each.architecture, one.image}].try_emplace(
          uid, membership{each.owner, each.waiting_on.empty(), each.platform_certain, each.os, one.runtime});
  }
  for (const auto& [key, pods] : wanted)
    update(key, pods, time);
  std::erase_if(cluster_scoped_, [&](const std::string& uid) { return !owners.contains(uid); });
  for (const auto& uid : owners)
    if (workloads_.contains(uid) && workloads_.at(uid).name_space.empty())
      cluster_scoped_.insert(uid);
}

void naive_model::update(const image_key_text& key, const std::map<std::string, membership>& pods,
                         std::int64_t time) {
  if (!images_.contains(key)) {
    image born;
    born.first_seen = time;
    images_[key] = born;
    scans_.try_emplace(identity_of(key));
  }
  auto& each = images_[key];
  std::set<std::string> owners_before, owners_now;
  for (const auto& [uid, member] : each.pods)
    owners_before.insert(member.owner.uid);
  for (const auto& [uid, member] : pods)
    owners_now.insert(member.owner.uid);
  std::vector<std::string> changes;
  std::set_symmetric_difference(owners_before.begin(), owners_before.end(), owners_now.begin(),
                                owners_now.end(), std::back_inserter(changes));
  if (!changes.empty())
    each.owner_changed = time;
  each.version += changes.size();
  if (!each.pods.empty() && pods.empty()) {
    each.idle_since = time;
    each.left = each.pods.rbegin()->second;
  }
  each.pods = pods;
}

std::string naive_model::namespace_of(const std::string& owner) const {
  std::set<std::string> of_pods;
  for (const auto& [uid, each] : pods_)
    if (each.owner.uid == owner)
      of_pods.insert(each.seen.name_space);
  return cluster_scoped_.contains(owner) || of_pods.size() != 1 ? "" : *of_pods.begin();
}

} // namespace tallyman::testing
