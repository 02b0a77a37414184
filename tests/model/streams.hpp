#pragma once

#include "tally/cluster_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace tallyman::testing {

/// The seeds of a test: `count` of them, or the one in the environment variable TALLYMAN_SEED, or as many as
/// TALLYMAN_SEEDS says (for a long run).
inline std::vector<std::uint64_t> seeds(std::uint64_t count) {
  if (const auto* only = std::getenv("TALLYMAN_SEED"))
    return {std::strtoull(only, nullptr, 10)};
  if (const auto* more = std::getenv("TALLYMAN_SEEDS"))
    count = std::strtoull(more, nullptr, 10);
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= count; ++seed)
    all.push_back(seed);
  return all;
}

/// What to say when a stream fails, so that it can be repeated.
inline std::string repeat_with(std::uint64_t seed) {
  return fmt::format("seed {0}; repeat with: TALLYMAN_SEED={0} ./test_model \"<name of this test case>\"",
                     seed);
}

/// Applies facts that are admitted already.
inline void apply(cluster_state& state, fact_batch batch) {
  state.apply(batch, state.sequence + 1);
}

/// Facts [begin, end) of a batch, as a batch.
inline fact_batch part_of(const fact_batch& batch, std::size_t begin, std::size_t end) {
  fact_batch part;
  part.texts = batch.texts;
  part.containers = batch.containers;
  part.facts.assign(batch.facts.begin() + static_cast<std::ptrdiff_t>(begin),
                    batch.facts.begin() + static_cast<std::ptrdiff_t>(end));
  return part;
}

/// Moves the slices of a fact, as its texts and containers stand `texts` and `containers` further on.
inline void shift(fact& each, std::uint32_t texts, std::uint32_t containers) {
  const auto shift_controller = [&](controller_ref& ref) { ref.name.offset += texts; };
  if (auto* pod = std::get_if<pod_observed>(&each.body)) {
    pod->name.offset += texts;
    pod->containers.offset += containers;
    shift_controller(pod->controller);
  } else if (auto* workload = std::get_if<workload_observed>(&each.body)) {
    workload->name.offset += texts;
    shift_controller(workload->controller);
  } else if (auto* scan = std::get_if<scan_finished>(&each.body)) {
    scan->error.offset += texts;
  } else if (auto* list = std::get_if<list_synced>(&each.body)) {
    list->resource_version.offset += texts;
  } else if (auto* mark = std::get_if<bookmarked>(&each.body)) {
    mark->resource_version.offset += texts;
  } else if (auto* settings = std::get_if<settings_changed>(&each.body)) {
    settings->followed.offset += texts;
  }
}

} // namespace tallyman::testing
