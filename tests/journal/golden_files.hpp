#pragma once

#include "journal/support.hpp"

#include <cstdint>

namespace tallyman::journal::testing {

/// The golden journals of a test are in its folder TALLYMAN_GOLDEN, one for each version of the format.

/// Compares the journal on `disk` with the golden one of a version, byte for byte and file for file. With
/// TALLYMAN_WRITE_GOLDEN in the environment it becomes the golden one first (scripts/golden).
void check_golden(const simulated_storage& disk, std::uint32_t version);

/// Puts the golden journal of a version on `disk`.
void load_golden(simulated_storage& disk, std::uint32_t version);

} // namespace tallyman::journal::testing
