#pragma once

#include "base/result.hpp"
#include "journal/log.hpp"
#include "tally/cluster_state.hpp"

#include <cstdint>

namespace tallyman {

/// The state with which the history of the journal begins: that of its oldest snapshot, or an empty one.
result<cluster_state> first_state(const journal::log& log);

/// Reads every snapshot and applies every event of the history as recovery does (replay/snapshots.hpp), and
/// compares each snapshot's state with the one that the events before it lead to. Returns how many were
/// compared; the first difference, and what cannot be decoded, is `damaged`.
result<std::uint64_t> compare_snapshots(const journal::log& log, const std::vector<std::uint64_t>& snapshots);

} // namespace tallyman
