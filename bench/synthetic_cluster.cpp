#include "bench/synthetic_cluster.hpp"

#include "base/invariant.hpp"

#include <fmt/format.h>

#include <utility>

namespace tallyman::bench {

namespace {

constexpr std::uint32_t sidecar_images = 2;
constexpr std::uint32_t name_spaces = 500;
constexpr std::uint32_t daemon_sets = 4;

} // namespace

synthetic_cluster::synthetic_cluster(const cluster_shape& shape, string_table& strings,
                                     std::function<void()> strings_added)
    : shape_(shape), strings_(&strings), random_(shape.seed),
      popularity_(shape.images - sidecar_images, shape.zipf_exponent),
      strings_added_(std::move(strings_added)) {
  invariant(shape.images > sidecar_images && shape.nodes > 1 && shape.pods > 0 && shape.batch_facts > 0);
  make_names();
  make_images();
  make_nodes();
  make_workloads();
  share_out_pods();
}

// -- making it up --------------------------------------------------------------------------------

string_id synthetic_cluster::intern(const std::string& text) {
  string_bytes_ += text.size();
  if (strings_added_ && string_bytes_ > (std::size_t{256} << 10)) {
    strings_added_();
    string_bytes_ = 0;
  }
  return strings_->intern(text);
}

void synthetic_cluster::make_names() {
  const auto id = [&](std::string_view text) { return strings_->intern(text); };
  ids_ = {id("amd64"),       id("arm64"),      id("linux"),       id("Pod"),        id("Node"),
          id("ReplicaSet"),  id("Deployment"), id("StatefulSet"), id("DaemonSet"),  id("CronJob"),
          id("Job"),         id("apps/v1"),    id("batch/v1"),    id("containerd"), id("app"),
          id("istio-proxy"), id("vault-agent")};
}

void synthetic_cluster::make_images() {
  for (std::uint32_t i = 0; i < shape_.images; ++i) {
    const auto path = fmt::format("registry.example.com/team-{}/service-{}", i % name_spaces, i);
    image_names_.push_back(intern(fmt::format("{}:v1.{}.0", path, i % 40)));
    const auto digest = fmt::format("{:016x}{:016x}{:016x}{:016x}", mix(i), mix(i + (1ull << 32)),
                                    mix(i + (2ull << 32)), mix(i + (3ull << 32)));
    image_digests_.push_back(intern(fmt::format("{}@sha256:{}", path, digest)));
  }
}

// Three nodes of four are amd64.
void synthetic_cluster::make_nodes() {
  amd_nodes_ = shape_.nodes - shape_.nodes / 4;
  for (std::uint32_t i = 0; i < shape_.nodes; ++i) {
    nodes_.push_back(make_node());
    nodes_.back().architecture = i < amd_nodes_ ? ids_.amd64 : ids_.arm64;
  }
}

synthetic_cluster::node synthetic_cluster::make_node() {
  const auto number = node_number_++;
  return {next_uid(),
          intern(fmt::format("ip-10-{}-{}-{}.ec2.internal", number >> 16, number >> 8 & 255, number & 255)),
          ids_.amd64};
}

void synthetic_cluster::make_workloads() {
  for (std::uint32_t i = 0; i < shape_.workload_count(); ++i)
    workloads_.push_back(make_workload(i));
}

synthetic_cluster::workload synthetic_cluster::make_workload(std::uint32_t index) {
  workload made;
  made.id = next_uid();
  made.controller = made.id;
  made.name_space = intern(fmt::format("team-{}", index % name_spaces));
  made.name = fmt::format("service-{}", index);
  made.kind = index < daemon_sets ? workload_kind::daemon_set
              : index % 10 == 5   ? workload_kind::stateful_set
              : index % 10 == 6   ? workload_kind::cron_job
                                  : workload_kind::deployment;
  // Every image is somebody's, and what is used most has most replicas.
  const auto rank = index < shape_.images - sidecar_images ? index : popularity_.draw(random_);
  made.image = sidecar_images + rank;
  made.mesh = random_.below(5) != 0;
  made.secrets = random_.one_in(5);
  made.on_arm = random_.one_in(4);
  name_controller(made);
  return made;
}

void synthetic_cluster::name_controller(workload& of) {
  if (of.kind == workload_kind::stateful_set || of.kind == workload_kind::daemon_set) {
    of.controller_name = of.name;
    return;
  }
  of.controller = next_uid();
  of.controller_name = fmt::format("{}-{:08x}", of.name, of.controller.low & 0xffff'ffff);
}

// One pod for each workload, the rest by Zipf's law.
void synthetic_cluster::share_out_pods() {
  const auto count = static_cast<std::uint32_t>(workloads_.size());
  const zipf_law law{count, shape_.zipf_exponent};
  const auto rest = static_cast<double>(shape_.pods - count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto& of = workloads_[i];
    of.first_pod = static_cast<std::uint32_t>(pods_.size());
    const auto end =
        i + 1 == count ? shape_.pods : i + 1 + static_cast<std::uint32_t>(law.share_below(i + 1) * rest);
    of.replicas = end - of.first_pod;
    for (std::uint32_t k = 0; k < of.replicas; ++k)
      pods_.push_back({next_uid(), i, any_node_for(of)});
  }
}

uid synthetic_cluster::next_uid() {
  const auto number = ++uid_number_;
  const auto high = mix(shape_.seed ^ mix(number)), low = mix(high ^ number);
  return {(high & ~0xf000ull) | 0x4000, (low & 0x3fff'ffff'ffff'ffff) | 0x8000'0000'0000'0000};
}

std::uint32_t synthetic_cluster::any_node_for(const workload& of) {
  if (of.kind == workload_kind::daemon_set)
    return random_.below(shape_.nodes);
  return of.on_arm && amd_nodes_ < shape_.nodes ? amd_nodes_ + random_.below(shape_.nodes - amd_nodes_)
                                                : random_.below(amd_nodes_);
}

// -- showing it ----------------------------------------------------------------------------------

string_id synthetic_cluster::kind_of_controller(const workload& of) const {
  switch (of.kind) {
  case workload_kind::deployment:
    return ids_.replica_set;
  case workload_kind::stateful_set:
    return ids_.stateful_set;
  case workload_kind::daemon_set:
    return ids_.daemon_set;
  case workload_kind::cron_job:
    break;
  }
  return ids_.job;
}

controller_ref synthetic_cluster::controller_of(const workload& of, fact_batch& pools) const {
  const auto version = of.kind == workload_kind::cron_job ? ids_.batch : ids_.apps;
  return {of.controller, kind_of_controller(of), version, pools.add_text(of.controller_name)};
}

void synthetic_cluster::show_node(const node& which, feed_builder& to) {
  to.add(node_observed{which.id, which.name, which.architecture, ids_.linux_os, ++resource_version_});
}

// Only what stands between a pod and the top of its chain: a ReplicaSet or a Job.
void synthetic_cluster::show_workload(const workload& of, feed_builder& to) {
  if (of.controller == of.id)
    return;
  auto& pools = to.pools();
  const auto below = controller_of(of, pools);
  const auto top_kind = of.kind == workload_kind::cron_job ? ids_.cron_job : ids_.deployment;
  const controller_ref top{of.id, top_kind, below.api_version, pools.add_text(of.name)};
  to.add(workload_observed{below.id, below.kind, below.api_version, of.name_space, below.name, top,
                           ++resource_version_});
}

void synthetic_cluster::show_workload_gone(const workload& of, const uid& id, feed_builder& to) {
  to.add(workload_gone{id, kind_of_controller(of), ++resource_version_, gone_reason::deleted});
}

void synthetic_cluster::show_pod(const pod& which, pod_phase phase, feed_builder& to, bool deleting) {
  const auto& of = workloads_[which.workload];
  auto& pools = to.pools();
  container containers[3];
  std::size_t count = 0;
  const auto add = [&](string_id name, std::uint32_t image) {
    const bool started = phase != pod_phase::pending;
    containers[count++] = {name, image_names_[image], started ? image_digests_[image] : string_id::empty,
                           started ? ids_.containerd : string_id::empty, container_list::regular};
  };
  add(ids_.app, of.image);
  if (of.mesh)
    add(ids_.mesh, 0);
  if (of.secrets)
    add(ids_.secrets, 1);
  pod_observed seen;
  seen.id = which.id;
  seen.name_space = of.name_space;
  seen.node = nodes_[which.node].name;
  seen.controller = controller_of(of, pools);
  // "<controller>-<5 characters>", as the controllers of Kubernetes name them.
  constexpr char letters[] = "bcdfghjklmnpqrstvwxz2456789bcdfg";
  char suffix[6] = {'-'};
  for (unsigned i = 1; i < 6; ++i)
    suffix[i] = letters[which.id.low >> (5 * i) & 31];
  seen.name = pools.add_text(of.controller_name);
  seen.name.length += pools.add_text({suffix, 6}).length;
  seen.containers = pools.add_containers(containers, count);
  seen.resource_version = ++resource_version_;
  seen.phase = phase;
  seen.deleting = deleting;
  to.add(seen);
}

void synthetic_cluster::show_pod_gone(const pod& which, feed_builder& to) {
  to.add(pod_gone{which.id, ++resource_version_, gone_reason::deleted});
}

void synthetic_cluster::end_list(string_id kind, std::size_t items, feed_builder& to) {
  const auto version = to.pools().add_text(std::to_string(++resource_version_));
  to.add(list_synced{kind, version, items});
}

feed synthetic_cluster::cold_start() {
  feed_builder to{shape_.batch_facts};
  to.begin_list(ids_.node);
  for (const auto& each : nodes_)
    show_node(each, to);
  end_list(ids_.node, nodes_.size(), to);
  for (const auto& each : workloads_)
    show_workload(each, to);
  to.begin_list(ids_.pod);
  for (const auto& each : pods_)
    show_pod(each, pod_phase::running, to);
  end_list(ids_.pod, pods_.size(), to);
  return to.take();
}

} // namespace tallyman::bench
