#pragma once

#include "tally/cluster_state.hpp"

#include <map>
#include <string>

namespace tallyman::testing {

/// A state in plain text: what it is about, and what is said of it. Two trackers that agree have equal views.
using text_view = std::map<std::string, std::string>;

/// Everything, times and versions included.
text_view view_of(const cluster_state& state);

/// What the cluster itself says: nodes, workloads, pods, and the images that have pods, without any history.
text_view inventory_of(const cluster_state& state);

/// Where `left` and `right` differ, one per line; empty if they are equal.
std::string difference(const text_view& left, const text_view& right);

} // namespace tallyman::testing
