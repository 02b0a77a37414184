#include "model/random_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tallyman::testing {

namespace {

constexpr const char* apps = "apps/v1";
constexpr const char* batch = "batch/v1";

} // namespace

void random_cluster::live() {
  const auto turn = random_.below(100);
  if (turn < 1)
    select_or_not();
  else if (turn < 2)
    restore_earlier();
  else if (turn < 8)
    add_node(fmt::format("node-{}", random_.below(6)));
  else if (turn < 11)
    delete_node();
  else if (turn < 14)
    register_node_again();
  else if (turn < 16)
    complete_node();
  else if (turn < 27)
    add_workloads();
  else if (turn < 30)
    delete_workload();
  else if (turn < 32)
    adopt_workload();
  else if (turn < 55)
    add_pod();
  else if (turn < 89)
    change_pod();
  else
    delete_pod();
}

// A few objects have uids that are no UUIDs: the API calls a uid an opaque string. Not pods: which of two
// pods that move at one fact moves first is told by their binary uids.
std::string random_cluster::new_uid() {
  if (random_.percent(5))
    return fmt::format("uid of its own kind {}", ++names_given_);
  const auto high = (random_.next() & ~0xf000ull) | 0x4000ull;
  const auto low = random_.next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff,
                     low >> 48, low & 0xffff'ffff'ffffull);
}

template <class Object>
Object* random_cluster::some() {
  std::vector<Object*> of_that_kind;
  for (auto& [uid, object] : objects_)
    if (auto* match = std::get_if<Object>(&object))
      of_that_kind.push_back(match);
  return of_that_kind.empty() ? nullptr : random_.pick(of_that_kind);
}

template <class Object>
std::size_t random_cluster::count() const {
  return static_cast<std::size_t>(std::count_if(objects_.begin(), objects_.end(), [](const auto& entry) {
    return std::holds_alternative<Object>(entry.second);
  }));
}

void random_cluster::put(true_object object) {
  std::visit([&](auto& each) { each.resource_version = ++resource_version_; }, object);
  if (!hidden_.contains(uid_of(object)))
    watches_[kind_of(object)].push_back({object, false});
  objects_[uid_of(object)] = std::move(object);
}

void random_cluster::remove(const std::string& uid) {
  const auto found = objects_.find(uid);
  auto object = found->second;
  std::visit([&](auto& each) { each.resource_version = ++resource_version_; }, object);
  if (hidden_.erase(uid) == 0)
    watches_[kind_of(object)].push_back({std::move(object), true});
  objects_.erase(found);
}

// A label is taken away, or given back: for whoever watches by it, the object goes and comes.
void random_cluster::select_or_not() {
  if (!hidden_.empty() && random_.percent(50)) {
    const auto uid = *hidden_.begin();
    hidden_.erase(hidden_.begin());
    if (objects_.contains(uid))
      put(objects_.at(uid));
    return;
  }
  if (objects_.empty())
    return;
  auto chosen = objects_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(random_.below(objects_.size())));
  if (hidden_.contains(chosen->first))
    return;
  auto object = chosen->second;
  std::visit([&](auto& each) { each.resource_version = ++resource_version_; }, object);
  watches_[kind_of(object)].push_back({object, true});
  hidden_.insert(chosen->first);
}

// Everything is as it was at the back-up, and versions are given anew from there. Streams end.
void random_cluster::restore_earlier() {
  if (!may_restore_)
    return;
  if (earlier_version_ == 0 || random_.percent(60)) {
    earlier_ = objects_;
    earlier_version_ = resource_version_;
    return;
  }
  objects_ = earlier_;
  resource_version_ = earlier_version_;
  hidden_.clear();
  watches_.clear();
  seen_.clear();
  listed_kind_.clear();
}

void random_cluster::restart_containers() {
  const auto all = objects_;
  for (const auto& [uid, object] : all)
    if (const auto* found = std::get_if<true_pod>(&object)) {
      auto pod = *found;
      for (auto& each : pod.containers)
        each.instance = next_instance();
      put(pod);
    }
}

// -- nodes ----------------------------------------------------------------------------------------

void random_cluster::add_node(const std::string& name) {
  const auto taken = std::any_of(objects_.begin(), objects_.end(), [&](const auto& entry) {
    const auto* node = std::get_if<true_node>(&entry.second);
    return node != nullptr && node->name == name;
  });
  if (taken || count<true_node>() >= at_most_.nodes)
    return;
  const std::vector<std::string> architectures{"amd64", "arm64", "arm64", "s390x"};
  // The machine behind a name is mostly the same one.
  const auto machine = random_.percent(85) ? static_cast<std::uint64_t>(name.back()) : random_.next();
  true_node node{new_uid(), name, architectures[machine % 4], machine % 7 == 0 ? "windows" : "linux"};
  if (random_.percent(15))
    (random_.percent(50) ? node.architecture : node.os).clear();
  put(node);
}

void random_cluster::delete_node() {
  if (const auto* node = some<true_node>())
    remove(std::string{node->uid});
}

void random_cluster::register_node_again() {
  const auto* node = some<true_node>();
  if (node == nullptr)
    return;
  const auto name = node->name;
  remove(std::string{node->uid});
  add_node(name);
}

void random_cluster::complete_node() {
  const auto* found = some<true_node>();
  if (found == nullptr || (!found->architecture.empty() && !found->os.empty()))
    return;
  auto node = *found;
  node.architecture = node.architecture.empty() ? "arm64" : node.architecture;
  node.os = node.os.empty() ? "linux" : node.os;
  put(node);
}

// -- workloads ------------------------------------------------------------------------------------

true_reference random_cluster::add_workload(const char* kind, const char* api_version,
                                            const true_reference& controller) {
  const std::string name_space = std::string_view{kind} == "Tenant" ? "" : "shop";
  const true_workload made{
      new_uid(), kind, api_version, name_space, fmt::format("{}-{}", kind, ++names_given_), controller};
  put(made);
  return {made.uid, made.kind, made.api_version, made.name};
}

void random_cluster::add_workloads() {
  if (count<true_workload>() >= at_most_.workloads)
    return;
  switch (random_.below(11)) {
  case 0:
  case 1:
    add_workload("ReplicaSet", apps, add_workload("Deployment", apps, {}));
    return;
  case 2:
    add_workload("Job", batch, add_workload("CronJob", batch, {}));
    return;
  case 3:
    add_workload("ReplicaSet", apps, add_workload("Rollout", "argoproj.io/v1alpha1", {}));
    return;
  case 4:
    add_workload("ReplicaSet", "extensions/v1beta1", add_workload("Deployment", "extensions/v1beta1", {}));
    return;
  case 5:
    if (random_.percent(30))
      add_workload("Job", "batch.volcano.sh/v1alpha1", {});
    else
      add_workload(random_.percent(50) ? "StatefulSet" : "DaemonSet", apps, {});
    return;
  case 6:
    add_workload("ReplicaSet", random_.percent(50) ? apps : "", {});
    return;
  case 7: // deeper than any cluster has it
    add_workload(
        "Job", batch,
        add_workload("ReplicaSet", apps, add_workload("Job", batch, add_workload("CronJob", batch, {}))));
    return;
  case 8:
    add_workload("ReplicationController", "v1", {});
    return;
  case 9:
    add_workload("Tenant", "example.io/v1", {});
    return;
  default: { // a circle
    const auto first = add_workload("ReplicaSet", apps, {});
    const auto last = add_workload("Job", batch, first);
    auto workload = std::get<true_workload>(objects_.at(first.uid));
    workload.controller = last;
    put(workload);
  }
  }
}

void random_cluster::adopt_workload() {
  const auto* found = some<true_workload>();
  if (found == nullptr)
    return;
  auto workload = *found;
  workload.controller = random_.percent(50) ? true_reference{} : some_controller();
  put(workload);
}

void random_cluster::delete_workload() {
  if (const auto* workload = some<true_workload>())
    remove(std::string{workload->uid});
}

// -- pods -----------------------------------------------------------------------------------------

true_reference random_cluster::some_controller() {
  const auto turn = random_.below(20);
  if (turn < 2)
    return {};
  if (turn == 2) {
    const auto* node = some<true_node>();
    return node == nullptr ? true_reference{} : true_reference{node->uid, "Node", "v1", node->name};
  }
  if (turn == 3)
    return {"10000000-0000-4000-8000-000000000001", "Job", "batch.volcano.sh/v1alpha1", "gang"};
  if (turn == 4)
    return {"20000000-0000-4000-8000-000000000002", "ReplicaSet", apps, "never-seen"};
  const auto* parent = some<true_workload>();
  if (parent == nullptr)
    return {};
  return {parent->uid, parent->kind, parent->api_version, parent->name};
}

// One digest has several names, and is spelled in several ways.
std::string random_cluster::some_image_id() {
  const char* const spellings[] = {"", "docker-pullable://app@", "mirror.example/app@"};
  const auto* const spelling = spellings[random_.below(3)];
  return fmt::format("{}sha256:{}", spelling, random_.below(5));
}

std::uint32_t random_cluster::next_instance() {
  return static_cast<std::uint32_t>(++names_given_);
}

true_container random_cluster::make_container(container_list list) {
  true_container made;
  made.name = fmt::format("c{}", ++names_given_);
  made.image = fmt::format("app:{}", random_.below(6));
  made.list = list;
  if (random_.percent(75))
    change_container(made);
  return made;
}

void random_cluster::change_container(true_container& each) {
  const char* const runtimes[] = {"containerd", "containerd", "cri-o", ""};
  switch (random_.below(6)) {
  case 0: // a moved tag, seen after a restart
  case 1:
  case 2:
    each.image_id = some_image_id();
    each.runtime = each.runtime.empty() ? "containerd" : each.runtime;
    each.instance = random_.percent(80) ? next_instance() : each.instance;
    return;
  case 3: // kubectl set image: the status follows later
    each.image = fmt::format("app:{}", random_.below(6));
    if (random_.percent(50))
      each.image_id.clear();
    return;
  case 4:
    each.runtime = runtimes[random_.below(4)];
    each.instance = next_instance();
    return;
  default:
    each.image = random_.percent(20) ? "" : each.image;
  }
}

void random_cluster::add_pod() {
  if (count<true_pod>() >= at_most_.pods)
    return;
  true_pod pod;
  do
    pod.uid = new_uid();
  while (pod.uid.size() != 36);
  pod.name =
      random_.percent(25) ? fmt::format("db-{}", random_.below(4)) : fmt::format("pod-{}", ++names_given_);
  pod.controller = some_controller();
  pod.name_space = pod.controller.kind == "Tenant" && random_.percent(50) ? "store" : "shop";
  for (const auto& [uid, object] : objects_)
    if (const auto* other = std::get_if<true_pod>(&object);
        other != nullptr && other->name == pod.name && other->name_space == pod.name_space)
      return;
  if (random_.percent(85))
    pod.node = fmt::format("node-{}", random_.below(7));
  pod.phase = random_.percent(60) ? pod_phase::running : pod_phase::pending;
  for (auto left = random_.below(4); left > 0; --left)
    pod.containers.push_back(make_container(random_.percent(20)   ? container_list::init
                                            : random_.percent(10) ? container_list::volume
                                                                  : container_list::regular));
  put(pod);
}

void random_cluster::change_containers(true_pod& pod) {
  if (pod.containers.empty() || random_.percent(15))
    pod.containers.push_back(make_container(container_list::ephemeral));
  else
    change_container(random_.pick(pod.containers));
}

void random_cluster::change_pod() {
  const auto* found = some<true_pod>();
  if (found == nullptr)
    return;
  auto pod = *found;
  const auto turn = random_.below(20);
  if (turn < 6)
    pod.phase = static_cast<pod_phase>(random_.below(5));
  else if (turn < 8)
    pod.phase = pod_phase::running;
  else if (turn < 14)
    change_containers(pod);
  else if (turn < 15)
    pod.node = fmt::format("node-{}", random_.below(7));
  else if (turn < 17 && pod.name_space == "shop") // where all other controllers are
    pod.controller = some_controller();
  else if (turn < 18)
    pod.deleting = true;
  put(pod); // some of these change nothing
}

void random_cluster::delete_pod() {
  if (const auto* pod = some<true_pod>())
    remove(std::string{pod->uid});
}

} // namespace tallyman::testing
