#pragma once

#include "tally/cluster_state.hpp"

#include <string>

namespace tallyman::testing {

/// What `known` says otherwise than `fresh`, one a line; empty if nothing. Both have seen the same complete
/// lists of all kinds, and `fresh` nothing else: so `known` may know more (a parent or a node that no longer
/// shows), and must say the same of all that `fresh` is certain of.
std::string contradictions(const cluster_state& known, const cluster_state& fresh);

/// Where the images of a state are not what its pods imply, one a line; empty if nowhere.
std::string inconsistencies(const cluster_state& state);

} // namespace tallyman::testing
