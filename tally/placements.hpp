#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/image_directory.hpp"
#include "tally/image_event.hpp"
#include "tally/node_table.hpp"
#include "tally/owner_table.hpp"
#include "tally/pod_table.hpp"
#include "tally/pods_below.hpp"
#include "tally/workload_table.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <span>
#include <string>
#include <vector>

namespace tallyman {

/// An image that the tally did not have before, or had forgotten.
struct added_image {
  image_index index = 0;
  image_key key;
};

/// What one batch of facts, or several that are applied together, mean for the images.
struct image_changes {
  std::vector<image_event> events; ///< in the order of the facts
  std::vector<added_image> added;
  std::uint32_t part = 0; ///< number of the batch that is being applied, for `image_event::part`
};

/// Remembers for every pod where it was placed (owner, platform, images), so that every change is the
/// difference between the old placement and the new one, and nothing is computed anew at removal.
///
/// By the second rules a pod's owner and platform are what the references and the node said last; what is
/// deleted says nothing, so it changes nothing.
///
/// Plain state: of the running cluster the router owns it (actors/pod_router.hpp); every `cluster_state` has
/// one. Copyable, so that a marker can take it along.
class placements {
public:
  using pod = placed_pod;

  /// `strings` is the cluster's; it must outlive the placements.
  explicit placements(const string_table& strings, tally_rules rules = tally_rules::second);

  /// Frees the numbers of images that were forgotten. To be called whenever the changes so far have been
  /// passed on: among those that are passed on together, a number means one image.
  void recycle_images() { images_.recycle(); }

  /// Takes a batch in. `platforms` and `owners` are what the node table and the workload table resolved for
  /// each fact of it. Appends to `out`, and texts to the batch's pool.
  void apply(fact_batch& batch, std::span<const platform> platforms, const owner_resolutions& owners,
             image_changes& out);

  tally_rules rules() const noexcept { return images_.rules(); }
  const pod_table& pods() const noexcept { return pods_; }
  /// The unknown parent that makes this pod's owner provisional; else empty.
  uid waiting_on(const uid& id) const;
  const owner_table& owners() const noexcept { return owners_; }
  const image_directory& images() const noexcept { return images_; }

  // -- from a snapshot: the rules, owners and images, nodes, pods, then `finish_restore` --

  void restore_rules(tally_rules rules);
  owner_table& owners_to_restore() noexcept { return owners_; }
  image_directory& images_to_restore() noexcept { return images_; }
  void restore_platform(string_id node, const platform& said);
  /// `is_followed`: the pod's controller is followed to its own.
  /// `waiting_on` is empty if its owner is certain.
  void restore(const uid& id, pod state, const uid& waiting_on, bool is_followed);
  void finish_restore();

private:
  using waiting_pods = absl::flat_hash_set<uid>;
  /// A container as it is to be placed.
  struct wanted_container {
    image_key key;
    placed_container as; ///< all but the image
  };
  using wanted_containers = absl::InlinedVector<wanted_container, 4>;

  struct step; // one fact, its resolutions and where its events go
  class lookahead;

  bool by_first_rules() const noexcept { return rules() == tally_rules::first; }

  // Pods.
  void apply_pod(const pod_observed& seen, const step& at);
  wanted_containers containers_wanted(const pod_observed& seen, const pod& state, const step& at) const;
  string_id paired_name(const container& seen, const pod& state) const;
  /// `was`: what the pod ran on. `is_told`: the images that stay have something to hear, too.
  void place(const uid& id, pod& state, const wanted_containers& wanted, const platform& was, bool is_told,
             const step& at);
  void end_pod(const uid& id, pod& state, string_id os, const step& at);
  void forget_pod(const uid& id, std::uint32_t hint, const step& at);

  // Owners.
  void join_controller(std::uint32_t number, pod& state, const uid& controller, const step& at);
  void leave_controller(std::uint32_t number, pod& state);
  void keep_owner(std::uint32_t number, pod& state, const step& at);
  void take_owner(const uid& id, pod& state, owner_index* likely, const step& at);
  void take_other_owner(const uid& id, pod& state, const step& at);
  void wait_for(const uid& parent, const uid& id, pod& state);
  void stop_waiting(const uid& id, pod& state);
  void workload_seen(const uid& workload, const step& at);
  std::vector<uid> pods_to_move(const uid& workload, const step& at) const;

  // Platforms.
  void settle_platform(const uid& id, pod& state, const platform& resolved);
  void wait_for_no_node(const uid& id, const pod& state);
  void node_seen(string_id node, const step& at);
  void move_to_platform(const uid& id, pod& state, const platform& resolved, platform was, const step& at);
  void note_platform(const pod& state);

  // Images.
  void add_image(image_index image, const step& at);
  void gain(const uid& id, const pod& state, const placed_container& placed, const step& at);
  void tell(const uid& id, const pod& state, const placed_container& placed, std::uint64_t before,
            const step& at);
  void tell_all(const uid& id, const pod& state, const step& at);
  void lose(const uid& id, const placed_container& placed, string_id os, const step& at);
  void inherit_scan(image_index image, const step& at);
  void apply_scan(const scan_finished& scan, const step& at);
  void apply_answer(const remote_answered& answer, const step& at);
  void apply_acknowledgement(const remote_acknowledged& ack, const step& at);
  void apply_settings(const settings_changed& settings, const step& at);
  void begin_second_rules(const step& at);
  void forget_images(const step& at);
  static image_event& new_event(image_event_kind kind, image_index image, const step& at);

  pod_table pods_;
  owner_table owners_;
  image_directory images_;
  pods_below below_;
  absl::flat_hash_map<string_id, waiting_pods> by_unknown_node_;
  absl::flat_hash_map<uid, waiting_pods> by_unknown_parent_;
  absl::flat_hash_map<uid, uid> waiting_on_; ///< the other way round
  /// By the name of a node, what it was last said to be, as far as pods know. An empty one: they do not
  /// agree.
  absl::flat_hash_map<string_id, platform> platforms_;
};

} // namespace tallyman
