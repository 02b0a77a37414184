#include "bench/synthetic_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::bench {

feed synthetic_cluster::status_updates(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  for (std::size_t i = 0; i < facts; ++i)
    show_pod(pods_[random_.below(static_cast<std::uint32_t>(pods_.size()))], pod_phase::running, to,
             random_.one_in(32));
  return to.take();
}

void synthetic_cluster::replace(pod& which, feed_builder& to) {
  show_pod_gone(which, to);
  which = {next_uid(), which.workload, any_node_for(workloads_[which.workload])};
  show_pod(which, pod_phase::running, to);
}

feed synthetic_cluster::replacements(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  for (std::size_t i = 0; i < facts / 2; ++i)
    replace(pods_[random_.below(static_cast<std::uint32_t>(pods_.size()))], to);
  return to.take();
}

feed synthetic_cluster::rolling_deployments(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  for (std::size_t made = 0; made < facts;) {
    auto& of = workloads_[pods_[random_.below(static_cast<std::uint32_t>(pods_.size()))].workload];
    const auto before = of.controller;
    const bool chained = of.controller != of.id;
    of.image = 2 + popularity_.draw(random_);
    name_controller(of);
    show_workload(of, to);
    for (std::uint32_t i = of.first_pod; i < of.first_pod + of.replicas; ++i) {
      const auto old = pods_[i];
      pods_[i] = {next_uid(), old.workload, any_node_for(of)};
      show_pod(pods_[i], pod_phase::pending, to);
      show_pod(pods_[i], pod_phase::running, to);
      show_pod_gone(old, to);
    }
    if (chained)
      show_workload_gone(of, before, to);
    made += 3 * of.replicas + 2;
  }
  return to.take();
}

void synthetic_cluster::drain(std::uint32_t node_index, feed_builder& to) {
  for (auto& each : pods_) {
    if (each.node != node_index)
      continue;
    show_pod(each, pod_phase::running, to, true);
    show_pod_gone(each, to);
    each = {next_uid(), each.workload, any_node_for(workloads_[each.workload])};
    while (each.node == node_index)
      each.node = any_node_for(workloads_[each.workload]);
    show_pod(each, pod_phase::pending, to);
    show_pod(each, pod_phase::running, to);
  }
  auto& old = nodes_[node_index];
  to.add(node_gone{old.id, old.name, ++resource_version_, gone_reason::deleted});
  const auto architecture = old.architecture;
  old = make_node();
  old.architecture = architecture;
  show_node(old, to);
}

feed synthetic_cluster::drains(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  const auto facts_per_node = 4 * pods_.size() / nodes_.size() + 2;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, facts / facts_per_node); ++i)
    drain(random_.below(static_cast<std::uint32_t>(nodes_.size())), to);
  return to.take();
}

feed synthetic_cluster::autoscaler_wave(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  const auto steady_pods = pods_.size(), steady_nodes = nodes_.size();
  const auto extra = std::max<std::size_t>(1, facts / 3);
  for (std::size_t i = 0; i < extra; ++i) {
    if (i % 30 == 0) {
      nodes_.push_back(make_node());
      show_node(nodes_.back(), to);
    }
    const auto of = pods_[random_.below(static_cast<std::uint32_t>(steady_pods))].workload;
    pods_.push_back({next_uid(), of, static_cast<std::uint32_t>(nodes_.size() - 1)});
    show_pod(pods_.back(), pod_phase::pending, to);
    show_pod(pods_.back(), pod_phase::running, to);
  }
  for (; pods_.size() > steady_pods; pods_.pop_back())
    show_pod_gone(pods_.back(), to);
  for (; nodes_.size() > steady_nodes; nodes_.pop_back())
    to.add(node_gone{nodes_.back().id, nodes_.back().name, ++resource_version_, gone_reason::deleted});
  return to.take();
}

void synthetic_cluster::run_cron_job(workload of, std::uint32_t index, feed_builder& to) {
  name_controller(of);
  std::swap(of, workloads_[index]); // while it runs, its newest Job is what its pod refers to
  const pod run{next_uid(), index, any_node_for(of)};
  show_workload(workloads_[index], to);
  for (const auto phase : {pod_phase::pending, pod_phase::running, pod_phase::succeeded})
    show_pod(run, phase, to);
  show_pod_gone(run, to);
  show_workload_gone(workloads_[index], workloads_[index].controller, to);
  std::swap(of, workloads_[index]);
}

feed synthetic_cluster::cron_runs(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  const auto count = static_cast<std::uint32_t>(workloads_.size());
  for (std::size_t i = 0; i < std::max<std::size_t>(1, facts / 6); ++i) {
    auto index = random_.below(count);
    for (std::uint32_t tries = 0; tries < count && workloads_[index].kind != workload_kind::cron_job; ++tries)
      index = (index + 1) % count;
    if (workloads_[index].kind == workload_kind::cron_job)
      run_cron_job(workloads_[index], index, to);
  }
  return to.take();
}

feed synthetic_cluster::scan_results(std::size_t facts) {
  feed_builder to{shape_.batch_facts};
  for (std::size_t i = 0; i < facts; ++i) {
    const auto image = next_scan_++ % shape_.images;
    const auto architecture = random_.one_in(4) ? ids_.arm64 : ids_.amd64;
    scan_finished done{image_digests_[image], architecture, {}, 0, scan_outcome::succeeded};
    if (random_.one_in(16)) {
      done.error = to.pools().add_text("the scanner ended with status 1: no space left on device");
      done.wait_ms = 60'000;
      done.outcome = scan_outcome::failed;
    }
    to.add(done);
  }
  return to.take();
}

feed synthetic_cluster::relist() {
  feed_builder to{shape_.batch_facts};
  to.begin_list(ids_.pod);
  for (auto& each : pods_) {
    if (random_.one_in(1'000))
      each.id = next_uid();
    show_pod(each, pod_phase::running, to);
  }
  end_list(ids_.pod, pods_.size(), to);
  return to.take();
}

feed synthetic_cluster::removals(std::size_t pods) {
  feed_builder to{shape_.batch_facts};
  for (std::size_t i = 0; i < std::min(pods, pods_.size()); ++i) {
    const auto rest = static_cast<std::uint32_t>(pods_.size() - i);
    std::swap(pods_[i], pods_[i + random_.below(rest)]);
    show_pod_gone(pods_[i], to);
  }
  return to.take();
}

} // namespace tallyman::bench
