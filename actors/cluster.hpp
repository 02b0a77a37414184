#pragma once

#include "actors/fact_sequencer.hpp"
#include "actors/flow_gate.hpp"
#include "actors/image.hpp"
#include "actors/intake_counts.hpp"
#include "base/result.hpp"
#include "journal/log.hpp"
#include "messages/observations.hpp"
#include "tally/cluster_view.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tallyman {

/// How a cluster is opened. The defaults are those of a writer in production.
struct cluster_options {
  /// Name of the cluster: empty accepts what the journal says.
  std::string name;
  /// Make the journal if there is none.
  bool create = false;
  /// Change nothing: show what the journal holds. Goes beside a process that writes.
  bool read_only = false;
  /// Rebuild from the first segment even if there are snapshots.
  bool ignore_snapshots = false;
  /// Facts between two snapshots; 0: none.
  std::uint64_t snapshot_every = 1'000'000;
  /// A snapshot after so much time, too, if there are any and something has happened: history goes only up to
  /// one, and a small cluster takes years for a million facts.
  std::uint64_t snapshot_every_ms = 24ull * 60 * 60 * 1000;
  /// How much history to keep; applied after each snapshot.
  journal::retention_limits keep;
  /// Bound of the facts under way, in bytes of memory.
  std::size_t flow_bytes_max = std::size_t{16} << 20;
  /// How long an image's scan state outlives its last owner; entered into the journal when it changes.
  std::uint64_t scan_grace_ms = 24ull * 60 * 60 * 1000;
  /// The kinds that are followed to their own controller besides the built-in ones ("Workflow.argoproj.io");
  /// entered into the journal when they change. Unset: those that the journal has.
  std::optional<std::vector<std::string>> followed;
  /// The wall clock; tests and recordings give their own.
  fact_sequencer::clock now;
};

/// One cluster, running: its journal and its actors, from recovery to a clean stop.
///
/// Blocks where it must wait, so it is for plain threads, never for actors. Thread-safe after `open`, except
/// `close` and the destructor. The actor system and the storage must outlive it.
class cluster {
public:
  /// Opens the journal in `directory` and recovers: the newest snapshot, then every event after it. Returns
  /// when all of it has been applied. `faults` makes images fail, for tests: it may be null, and must outlive
  /// the cluster otherwise.
  static result<std::unique_ptr<cluster>> open(caf::actor_system& system, journal::storage& storage,
                                               const std::string& directory, const cluster_options& options,
                                               const image_fault* faults = nullptr);
  ~cluster();

  /// The table that all ids in `submit`ted observations must be of.
  string_table& strings() noexcept;

  /// Hands in what was seen. Waits while too much is under way. Fails once the journal or the supervisor has
  /// failed: nothing after that is taken.
  /// `on_applied`, if there is one, is called once when everything admitted of `seen` is durable and applied
  /// (at once if nothing is), on whichever thread gets there, before `drain` returns: it must not block. If
  /// the cluster stops or fails first, it may be called early or never.
  result<void> submit(observations seen, std::function<void()> on_applied = {});

  /// Waits until everything submitted is durable and applied.
  result<void> drain();

  /// The whole cluster at one sequence, everything submitted before included.
  result<cluster_view_ptr> view();

  /// What became of everything submitted so far.
  result<intake_counts> counts();

  /// Writes a snapshot of the state now.
  result<void> snapshot();

  journal::log_info journal_info() const;

  /// Waits for everything under way, stops the actors and closes the journal. Idempotent.
  result<void> close();

private:
  class running;
  explicit cluster(std::unique_ptr<running> inner);

  std::unique_ptr<running> inner_;
};

} // namespace tallyman
