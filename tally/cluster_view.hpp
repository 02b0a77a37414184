#pragma once

#include "tally/cluster_state.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tallyman {

/// An image whose actor kept failing and was set aside, so that the rest of the cluster can go on.
struct quarantined_image {
  image_index image = 0;
  std::string reason;
};

/// A cluster at one sequence, as gathered from its actors. Immutable once it has been handed out.
struct cluster_view {
  explicit cluster_view(std::shared_ptr<string_table> strings) : state(std::move(strings)) {}

  cluster_state state;
  std::vector<quarantined_image> quarantined; ///< their entries in `state.images` are empty
};

using cluster_view_ptr = std::shared_ptr<const cluster_view>;

} // namespace tallyman
