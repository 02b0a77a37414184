#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace tallyman::testing {

/// The seed of a random test: a new one at every run, or the one in the environment as TALLYMAN_SEED, to
/// repeat a failure. Tests CAPTURE it.
inline std::uint64_t test_seed() {
  if (const char* given = std::getenv("TALLYMAN_SEED"))
    return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

} // namespace tallyman::testing
