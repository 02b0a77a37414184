#pragma once

#include "tally/cluster_state.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace tallyman::testing {

/// How large a made-up steady cluster is. The defaults are the largest that Kubernetes supports.
struct cluster_size {
  std::uint64_t nodes = 5'000;
  std::uint64_t images = 20'000;
  std::uint64_t owners = 15'000;
  std::uint64_t pods = 150'000; ///< of two containers each
};

inline uid numbered_uid(std::uint64_t space, std::uint64_t number) {
  return {space << 32 | 0x4000, 0x8000'0000'0000'0000 | number};
}

/// A state of that size: ReplicaSets under Deployments, two containers a pod, images evenly spread.
inline cluster_state make_cluster(const cluster_size& size) {
  const auto strings = std::make_shared<string_table>();
  cluster_state state{strings, 7};
  fact_batch batch;
  const auto intern = [&](const std::string& text) { return strings->intern(text); };
  const auto flush = [&] {
    state.apply(batch, state.sequence + 1);
    batch.clear();
  };
  const auto add = [&](fact_body body) {
    const fact each{1'700'000'000'000 + static_cast<std::int64_t>(state.sequence), std::move(body)};
    if (state.incoming.admit(batch, each) == intake::verdict::admitted)
      batch.facts.push_back(each);
    if (batch.facts.size() == 1'000)
      flush();
  };
  for (std::uint64_t i = 0; i < size.nodes; ++i)
    add(node_observed{numbered_uid(1, i), intern(fmt::format("ip-10-0-{}-{}", i / 256, i % 256)),
                      intern(i % 3 == 0 ? "arm64" : "amd64"), intern("linux"), i});
  const auto set_kind = intern("ReplicaSet"), above_kind = intern("Deployment"), apps = intern("apps/v1");
  for (std::uint64_t i = 0; i < size.owners; ++i) {
    const controller_ref above{numbered_uid(3, i), above_kind, apps,
                               batch.add_text(fmt::format("service-{}", i))};
    add(workload_observed{numbered_uid(2, i), set_kind, apps, intern(fmt::format("team-{}", i % 500)),
                          batch.add_text(fmt::format("service-{}-6d4b75cb6d", i)), above, i});
  }
  std::vector<string_id> names, digests;
  for (std::uint64_t i = 0; i < size.images; ++i) {
    names.push_back(
        intern(fmt::format("registry.example.com/team-{}/service-{}:v1.{}.0", i % 500, i, i % 40)));
    digests.push_back(
        intern(fmt::format("registry.example.com/team-{}/service-{}@sha256:{:064x}", i % 500, i, i)));
  }
  const auto containerd = intern("containerd"), main = intern("main"), sidecar = intern("sidecar");
  for (std::uint64_t i = 0; i < size.pods; ++i) {
    const auto first = i % size.images, second = (i * 7 + 1) % size.images;
    const container containers[] = {{main, names[first], digests[first], containerd, {}},
                                    {sidecar, names[second], digests[second], containerd, {}}};
    const auto owner = i % size.owners;
    pod_observed seen;
    seen.id = numbered_uid(4, i);
    seen.name_space = intern(fmt::format("team-{}", owner % 500));
    seen.node = intern(fmt::format("ip-10-0-{}-{}", i % size.nodes / 256, i % size.nodes % 256));
    seen.name = batch.add_text(fmt::format("service-{}-6d4b75cb6d-{:05x}", owner, i));
    seen.controller = {numbered_uid(2, owner), set_kind, apps,
                       batch.add_text(fmt::format("service-{}-6d4b75cb6d", owner))};
    seen.containers = batch.add_containers(containers, 2);
    seen.phase = pod_phase::running;
    add(seen);
  }
  if (!batch.facts.empty())
    flush();
  return state;
}

} // namespace tallyman::testing
