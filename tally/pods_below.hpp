#pragma once

#include "base/invariant.hpp"
#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace tallyman {

/// The pods of each workload that is followed to its own controller, so that they can move when that changes.
/// Pods by their numbers in `pod_table`; each remembers its place here, which holds unless others left.
///
/// Memory: about 8 bytes for each pod, 80 for each workload that has any.
class pods_below {
public:
  static constexpr std::uint32_t no_place = std::numeric_limits<std::uint32_t>::max();

  struct joined {
    std::uint32_t place;
    /// The owner of the pod that joined last, to be overwritten: a guess that saves a look-up if it is this
    /// one's, too. Valid until the next call.
    owner_index* likely_owner;
  };

  joined join(const uid& workload, std::uint32_t pod) {
    auto& of = entries_[workload];
    of.pods.push_back(pod);
    return {static_cast<std::uint32_t>(of.pods.size() - 1), &of.owner};
  }

  /// Takes a pod out, which `place` says where to look for first. The pod that is returned has that place
  /// now; `no_place`: none needs to know.
  std::uint32_t leave(const uid& workload, std::uint32_t pod, std::uint32_t place) {
    const auto found = entries_.find(workload);
    auto& pods = found->second.pods;
    if (place >= pods.size() || pods[place] != pod)
      place = static_cast<std::uint32_t>(std::find(pods.begin(), pods.end(), pod) - pods.begin());
    invariant(place < pods.size() && "a pod left a workload that it is not below");
    const auto last = pods.back();
    pods[place] = last;
    pods.pop_back();
    if (pods.empty())
      entries_.erase(found);
    else if (pods.size() > searched_max && last != pod)
      return last;
    return no_place;
  }

  std::span<const std::uint32_t> of(const uid& workload) const {
    const auto found = entries_.find(workload);
    return found == entries_.end() ? std::span<const std::uint32_t>{} : std::span{found->second.pods};
  }

  void prefetch(const uid& workload) const { entries_.prefetch(workload); }

private:
  /// Among so few a pod is sooner found than told of a new place: its record is cold.
  static constexpr std::size_t searched_max = 64;

  struct entry {
    absl::InlinedVector<std::uint32_t, 3> pods;
    owner_index owner = 0;
  };

  absl::flat_hash_map<uid, entry> entries_;
};

} // namespace tallyman
