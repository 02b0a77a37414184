#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <vector>

namespace tallyman {

/// Says that from `facts[position]` on, the facts of `kind` are the items of a complete list. The list ends
/// with a `list_synced` of that kind, at which everything of the kind that was not in it is gone. A list
/// that never reaches its `list_synced` changes nothing but what its items say.
struct list_begin {
  std::uint32_t position = 0;
  object_kind kind;
};

/// What a source hands to a cluster's supervisor: facts in the order in which they were seen. Their times
/// are not set yet; no-ops, and facts about objects that are gone, may be among them.
struct observations {
  fact_batch batch;
  std::vector<list_begin> lists; ///< by ascending position
};

} // namespace tallyman
