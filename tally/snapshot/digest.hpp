#pragma once

#include "tally/cluster_state.hpp"

#include <cstdint>
#include <string>

namespace tallyman {

/// What of a state a digest is about.
enum class digest_scope : std::uint8_t {
  content,    ///< all but the times: what two trackers of one cluster must agree on
  everything, ///< the times too: what live and replayed must agree on, to the millisecond
};

/// 32 hex digits (XXH3, 128 bits) that are equal for two states if and only if, for all purposes, the states
/// are. They do not depend on string ids, on indexes, on hash order or on the sequence, so states that were
/// built by different runs, machines or batch sizes can be compared. Nor do they cover the fingerprints of
/// `intake`, which are keyed per journal.
///
/// Reads the whole state: about a second for the largest cluster.
std::string digest(const cluster_state& state, digest_scope scope);

} // namespace tallyman
