#pragma once

#include "actors/fact_journal.hpp"
#include "actors/fact_sequencer.hpp"
#include "actors/flow_gate.hpp"
#include "actors/image.hpp"
#include "actors/messages.hpp"
#include "journal/log.hpp"

#include <absl/container/flat_hash_map.h>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace tallyman {

/// What a supervisor works with. `faults` must outlive it.
struct supervisor_options {
  std::shared_ptr<journal::log> log;
  std::shared_ptr<flow_gate> gate;
  /// Held by the actors that block on the log, so that it is not closed under them.
  std::shared_ptr<flow_gate> workers;
  fact_sequencer::clock now;
  /// Facts between two snapshots; 0: none are written.
  std::uint64_t snapshot_every = 0;
  const image_fault* faults = nullptr;
};

/// The head of one cluster: the only one who gives facts their sequence. Journals them, waits until they are
/// durable, sends them through the registries, works out what they mean for the images and routes that to
/// one actor per image.
///
///     facts_seen ─▶ intake, sequence ─▶ journal ─facts_durable─▶ node registry ─▶ workload registry ─┐
///     facts_replayed ────────────────────────────────────────────▶                                  │
///     images ◀─ image_changed, one per (image, batch) ◀─ placements ◀─────────────facts_resolved────┘
class supervisor : public caf::event_based_actor {
public:
  supervisor(caf::actor_config& config, supervisor_options options, cluster_state initial);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.supervisor"; }

private:
  static constexpr std::uint32_t image_attempts_max = 3;

  void journal(facts_seen& arrived);
  void stop(const std::string& reason);
  void release_durable(std::uint64_t sequence);
  void forward(delivery_ptr work);
  void send_marker(gathering_ptr into);
  void place(const delivery_ptr& work);
  void give_pieces(const gathering_ptr& into);
  void route(const delivery_ptr& work);
  void spawn_image(image_index index, image_state state);
  void rebuild(const image_failed& failed);
  void snapshot_if_due();
  void end_snapshot(const snapshot_finished& finished);

  supervisor_options options_;
  std::shared_ptr<string_table> strings_;
  fact_sequencer sequencer_;
  fact_writer writer_;
  std::deque<delivery_ptr> in_flight_; ///< appended to the journal, not yet known to be durable
  std::uint64_t durable_sequence_;

  node_table initial_nodes_; ///< handed to the registries at start
  workload_table initial_workloads_;
  std::vector<image_state> initial_images_;

  placements placements_;
  watch_positions positions_;
  std::uint64_t applied_sequence_;
  std::int64_t applied_time_ms_;

  caf::actor node_registry_;
  caf::actor snapshot_writer_; ///< spawned at the first snapshot
  caf::actor image_rebuilder_; ///< spawned at the first failure
  std::vector<caf::actor> images_;
  std::vector<std::uint32_t> chain_ends_; ///< scratch of `route`: by image, its last event of this batch
  absl::flat_hash_map<image_index, std::uint32_t> failures_;
  std::uint64_t last_snapshot_sequence_;
  bool snapshot_running_ = false;
};

} // namespace tallyman
