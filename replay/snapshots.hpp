#pragma once

#include "base/result.hpp"
#include "journal/log.hpp"
#include "tally/cluster_state.hpp"

#include <optional>

namespace tallyman {

/// Writes `state` into the journal as a snapshot and commits it. Blocks on the disk.
result<void> write_snapshot(journal::log& log, const cluster_state& state);

/// The state in a snapshot, with a string table of its own. Fails with `damaged` (naming the file) if it
/// cannot be decoded, contradicts itself, or is of another event than it says. Whoever reads a snapshot reads
/// it by this.
result<cluster_state> decode_snapshot(journal::snapshot_reader& snapshot);

/// Applies the events behind `state` up to event `last`, as recovery does: what is in the journal is taken as
/// it is, and not judged once more. Ends early where the journal does. `without_intake`: see `state_options`.
/// Blocks on the disk.
result<void> apply_events(const journal::log& log, cluster_state& state, std::uint64_t last,
                          bool without_intake = false);

/// The state in the journal's newest usable snapshot, with a string table of its own; nothing if there is
/// none, or if it cannot be decoded while the journal still holds its first event. Blocks on the disk.
result<std::optional<cluster_state>> load_snapshot(const journal::log& log);

/// An empty cluster, for a journal without a snapshot.
cluster_state empty_state(const journal::log& log);

/// The newest state before event `sequence` (from 1) that can be had without applying events: that of a
/// snapshot, or an empty one. Fails with `usage` if the journal no longer reaches back that far. Blocks.
result<cluster_state> start_before(const journal::log& log, std::uint64_t sequence);

/// What of a state is wanted, and by which road.
struct state_options {
  /// Leave out what the intake remembers of objects, which takes a third of the time. Only a digest and a
  /// state that more is to be admitted to need it.
  bool without_intake = false;
  /// Apply every event from the first on.
  bool ignore_snapshots = false;
};

/// The state after the journal's event `sequence`, or the newest one before, from the nearest snapshot and
/// without actors. Fails as `start_before`. Blocks.
result<cluster_state> state_at(const journal::log& log, std::uint64_t sequence,
                               const state_options& options = {});

} // namespace tallyman
