#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/image_directory.hpp"
#include "tally/image_event.hpp"
#include "tally/node_table.hpp"
#include "tally/owner_table.hpp"
#include "tally/workload_table.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <span>
#include <string>
#include <vector>

namespace tallyman {

/// What a batch of facts means for the images.
struct image_changes {
  std::vector<image_event> events; ///< in the order of the facts
  std::vector<image_index> born;   ///< images that are new with this batch

  void clear() noexcept {
    events.clear();
    born.clear();
  }
};

/// Remembers for every pod where it was placed (owner, platform, images), so that every change is the
/// difference between the old placement and the new one, and nothing is computed anew at removal.
/// Plain state: the supervisor owns one. Copyable, so that a snapshot can take it along.
class placements {
public:
  struct placed_image {
    image_index image = 0;
    string_id runtime{};

    friend bool operator==(const placed_image&, const placed_image&) = default;
  };

  struct pod {
    std::string name;
    string_id name_space{};
    string_id node{};
    platform runs_on;
    uid controller; ///< the reference that `owner` was resolved from
    uid waiting_on; ///< the unknown parent that makes the owner provisional; else empty
    owner_index owner = 0;
    pod_phase phase = pod_phase::unknown;
    absl::InlinedVector<placed_image, 3> images; ///< empty: the pod counts for nothing

    bool owner_certain() const noexcept { return waiting_on.empty(); }
  };

  /// Takes a batch in. `platforms` and `owners` are what the node table and the workload table resolved for
  /// each fact of it. Appends to `out`.
  void apply(const fact_batch& batch, std::span<const platform> platforms,
             std::span<const owner_resolution> owners, image_changes& out);

  const absl::flat_hash_map<uid, pod>& pods() const noexcept { return pods_; }
  const owner_table& owners() const noexcept { return owners_; }
  const image_directory& images() const noexcept { return images_; }

  /// For restoring a snapshot: owners and images first, then the pods, then `finish_restore`.
  owner_table& owners_to_restore() noexcept { return owners_; }
  image_directory& images_to_restore() noexcept { return images_; }
  void restore(const uid& id, pod state);
  void finish_restore();

private:
  using waiting_pods = absl::flat_hash_set<uid>;
  struct wanted_image {
    image_key key;
    string_id runtime{};
  };

  struct step; // one fact, its resolutions and where its events go

  void apply_pod(const pod_observed& seen, const step& at);
  void place(const uid& id, pod& state, const std::vector<wanted_image>& wanted, bool unchanged_to_be_told,
             const step& at);
  void end_pod(const uid& id, pod& state, const step& at);
  void forget_pod(const uid& id, const step& at);
  void platform_known(string_id node, const step& at);
  void owner_known(const uid& parent, const step& at);
  void apply_scan(const scan_finished& scan, const step& at);
  void apply_answer(const remote_answered& answer, const step& at);
  void apply_acknowledgement(const remote_acknowledged& ack, const step& at);
  void forget_images(const step& at);

  void settle_owner(const uid& id, pod& state, const owner_resolution& resolved, const step& at);
  void settle_platform(const uid& id, pod& state, const platform& resolved);
  void wait_no_more(const uid& id, const pod& state);
  void move_to_platform(const uid& id, pod& state, const platform& resolved, const step& at);
  void tell_all(const uid& id, const pod& state, const step& at);
  void bear(image_index image, const step& at);
  void gain(const uid& id, const pod& state, placed_image placed, const step& at);
  void lose(const uid& id, image_index image, const step& at);
  std::vector<wanted_image> wanted_images(const pod_observed& seen, const pod& state, const step& at) const;

  absl::flat_hash_map<uid, pod> pods_;
  owner_table owners_;
  image_directory images_;
  absl::flat_hash_map<string_id, waiting_pods> by_unknown_node_;
  absl::flat_hash_map<uid, waiting_pods> by_unknown_parent_;
};

} // namespace tallyman
