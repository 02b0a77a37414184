#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/image_directory.hpp"
#include "tally/image_event.hpp"
#include "tally/node_table.hpp"
#include "tally/owner_table.hpp"
#include "tally/pod_table.hpp"
#include "tally/workload_table.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <span>
#include <string>
#include <vector>

namespace tallyman {

/// An image that is new.
struct born_image {
  image_index index = 0;
  image_key key;
};

/// What one batch of facts, or several that are applied together, mean for the images.
struct image_changes {
  std::vector<image_event> events; ///< in the order of the facts
  std::vector<born_image> born;
  std::uint32_t part = 0; ///< number of the batch that is being applied, for `image_event::part`
};

/// Remembers for every pod where it was placed (owner, platform, images), so that every change is the
/// difference between the old placement and the new one, and nothing is computed anew at removal.
/// Plain state: the supervisor owns one. Copyable, so that a snapshot can take it along.
class placements {
public:
  using pod = placed_pod;
  using placed_image = tallyman::placed_image;

  /// Frees the numbers of images that were forgotten. To be called whenever the changes so far have been
  /// passed on: among those that are passed on together, a number means one image.
  void recycle_images() { images_.recycle(); }

  /// Takes a batch in. `platforms` and `owners` are what the node table and the workload table resolved for
  /// each fact of it. Appends to `out`.
  void apply(const fact_batch& batch, std::span<const platform> platforms,
             std::span<const owner_resolution> owners, image_changes& out);

  const pod_table& pods() const noexcept { return pods_; }
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
  using wanted_images = absl::InlinedVector<wanted_image, 4>;

  struct step; // one fact, its resolutions and where its events go

  void apply_pod(const pod_observed& seen, const step& at);
  void place(const uid& id, pod& state, const wanted_images& wanted, bool unchanged_to_be_told,
             const step& at);
  void end_pod(const uid& id, pod& state, const step& at);
  void forget_pod(const uid& id, std::uint32_t hint, const step& at);
  void platform_known(string_id node, const step& at);
  void owner_known(const uid& parent, const step& at);
  void apply_scan(const scan_finished& scan, const step& at);
  void apply_answer(const remote_answered& answer, const step& at);
  void apply_acknowledgement(const remote_acknowledged& ack, const step& at);
  void forget_images(const step& at);

  void settle_owner(const uid& id, pod& state, const owner_resolution& resolved, const step& at);
  void settle_platform(const uid& id, pod& state, const platform& resolved);
  void wait_no_more(const uid& id, const pod& state);
  void wait_for_no_parent(const uid& id, const pod& state);
  void move_to_platform(const uid& id, pod& state, const platform& resolved, const step& at);
  void tell_all(const uid& id, const pod& state, const step& at);
  void bear(image_index image, const step& at);
  void gain(const uid& id, const pod& state, placed_image placed, const step& at);
  void lose(const uid& id, image_index image, const step& at);
  static image_event& new_event(image_event_kind kind, image_index image, const step& at);
  class lookahead;
  wanted_images images_wanted(const pod_observed& seen, const pod& state, const step& at) const;

  pod_table pods_;
  owner_table owners_;
  image_directory images_;
  absl::flat_hash_map<string_id, waiting_pods> by_unknown_node_;
  absl::flat_hash_map<uid, waiting_pods> by_unknown_parent_;
};

} // namespace tallyman
