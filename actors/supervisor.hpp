#pragma once

#include "actors/fact_sequencer.hpp"
#include "actors/flow_gate.hpp"
#include "actors/messages.hpp"
#include "base/wait_group.hpp"
#include "journal/log.hpp"
#include "replay/fact_journal.hpp"

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <memory>

namespace tallyman {

/// What a supervisor works with.
struct supervisor_options {
  std::shared_ptr<journal::log> log;
  std::shared_ptr<flow_gate> gate;
  /// Joined by the actors that block on the log, so that it is not closed under them.
  std::shared_ptr<wait_group> workers;
  std::shared_ptr<string_table> strings;
  fact_sequencer::clock now;
  /// Facts between two snapshots; 0: none are written.
  std::uint64_t snapshot_every = 0;
  /// Milliseconds between the facts of two snapshots, if there are any.
  std::uint64_t snapshot_every_ms = 0;
  /// The back half: gets everything that was journaled, in order. Lives and ends with the supervisor.
  caf::actor router;
};

/// The head of one cluster: the only one who gives facts their sequence. Journals them and passes them on to
/// the router, which applies them once they are durable.
///
///     facts_seen ─▶ intake, sequence ─▶ journal
///                                  └──▶ facts_journaled ─▶ router
class supervisor : public caf::event_based_actor {
public:
  /// `sequence`, `time_ms`: of the last fact that `incoming` has seen. The journal defines the strings below
  /// `defined_strings`.
  supervisor(caf::actor_config& config, supervisor_options options, intake incoming, std::uint64_t sequence,
             std::int64_t time_ms, std::uint32_t defined_strings);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.supervisor"; }

private:
  void journal(facts_seen& arrived);
  void replay(submission_ptr work);
  void stop(const std::string& reason);
  void send_marker(gathering_ptr into);
  void note_first(const submission& work);
  void snapshot_if_due(std::int64_t now_ms);
  void end_snapshot(const snapshot_finished& finished);

  supervisor_options options_;
  fact_sequencer sequencer_;
  fact_writer writer_;
  caf::actor saver_; ///< spawned at the first snapshot
  std::uint64_t last_snapshot_sequence_;
  std::int64_t last_snapshot_ms_; ///< of the journal's first fact if there was none; 0 before that
  bool snapshot_running_ = false;
};

} // namespace tallyman
