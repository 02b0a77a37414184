#pragma once

#include "tally/placements.hpp"

#include <cstdint>
#include <span>

namespace tallyman {

/// One fact that is being applied, with what the registries resolved for it.
struct placements::step {
  fact_batch& batch;
  std::int64_t time_ms;
  const platform& runs_on;
  const owner_resolution& owned_by;
  std::span<const uid> below; ///< the workloads whose pods have that owner now
  image_changes& out;
};

} // namespace tallyman
