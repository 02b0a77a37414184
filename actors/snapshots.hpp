#pragma once

#include "base/result.hpp"
#include "journal/log.hpp"
#include "tally/cluster_state.hpp"

#include <optional>

namespace tallyman {

/// Writes `state` into the journal as a snapshot and commits it. Blocks on the disk.
result<void> write_snapshot(journal::log& log, const cluster_state& state);

/// The state in the journal's newest usable snapshot, with a string table of its own; nothing if there is
/// none, or if it cannot be decoded while the journal still holds its first event. Blocks on the disk.
result<std::optional<cluster_state>> load_snapshot(const journal::log& log);

/// An empty cluster, for a journal without a snapshot.
cluster_state empty_state(const journal::log& log);

/// The state after the journal's event `sequence`, or the newest one before, built without actors. Blocks.
result<cluster_state> state_at(const journal::log& log, std::uint64_t sequence);

} // namespace tallyman
