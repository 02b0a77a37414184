#pragma once

#include "actors/image_group.hpp"
#include "actors/messages.hpp"
#include "tally/cluster_state.hpp"

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <vector>

namespace tallyman {

/// The back half of a cluster's way: waits until facts are durable, sends them through the registries, works
/// out what they mean for the images, and routes that to them by way of their groups.
///
///     facts_journaled, facts_durable ─▶ node registry ─▶ workload registry ─┐
///     image groups ◀─ images_changed ◀─ placements ◀──────facts_resolved────┘
///
/// The supervisor is the front half. They are two actors so that, of one cluster, a batch is admitted and
/// encoded on one core while an earlier one is applied on another.
class pod_router : public caf::event_based_actor {
public:
  /// `initial.incoming` is not used. There will be `groups` image groups.
  pod_router(caf::actor_config& config, image_group_options options, std::size_t groups,
             cluster_state initial);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.pod_router"; }

private:
  void spawn_groups();
  std::size_t group_of(image_index index) const noexcept { return index % groups_.size(); }
  void release_durable();
  void apply(const delivery_ptr& work);
  void give_pieces(const gathering_ptr& into);
  void route(const delivery_ptr& work);

  image_group_options options_;
  std::deque<submission_ptr> in_flight_; ///< journaled, not yet known to be durable
  std::uint64_t durable_sequence_;

  node_table initial_nodes_; ///< handed on at start
  workload_table initial_workloads_;
  std::vector<image_state> initial_images_;

  placements placements_;
  watch_positions positions_;
  std::uint64_t applied_sequence_;
  std::int64_t applied_time_ms_;

  caf::actor node_registry_;
  std::vector<caf::actor> groups_;
  std::vector<std::uint32_t> chain_ends_; ///< scratch of `route`: by image, its last event of this delivery
};

} // namespace tallyman
