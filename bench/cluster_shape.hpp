#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tallyman::bench {

/// How large a synthetic cluster is. The defaults are the largest that Kubernetes supports.
struct cluster_shape {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 5'000;
  std::uint32_t pods = 150'000;      ///< of two containers on average
  std::uint32_t images = 20'000;     ///< at least 3: two are sidecars
  std::uint32_t workloads = 0;       ///< 0: enough of them that each image has an owner
  std::uint32_t batch_facts = 1'000; ///< facts in one submission
  double zipf_exponent = 1.0;        ///< of replicas by workload, and of images by popularity

  std::uint32_t workload_count() const {
    const auto derived = std::max(pods / 6, images + images / 4);
    return std::max(1u, std::min(workloads != 0 ? workloads : derived, pods));
  }
};

} // namespace tallyman::bench
