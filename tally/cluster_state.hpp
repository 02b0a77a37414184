#pragma once

#include "messages/fact.hpp"
#include "tally/image_observer.hpp"
#include "tally/image_state.hpp"
#include "tally/intake.hpp"
#include "tally/node_table.hpp"
#include "tally/placements.hpp"
#include "tally/watch_positions.hpp"
#include "tally/workload_table.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace tallyman {

/// Everything that is known of one cluster at one sequence, in one piece.
///
/// In the running system the pieces are spread over actors, each of which applies the very same functions to
/// its own piece; a marker that travels with the events gathers copies of them into one of these. Snapshots,
/// digests and queries work on it, and `apply` is the same state machine without actors: the reference that
/// the actors are tested against.
struct cluster_state {
  /// `fingerprint_seed`: see `intake`. A journal begins with the first rules, until it says otherwise.
  explicit cluster_state(std::shared_ptr<string_table> table, std::uint64_t fingerprint_seed = 0,
                         tally_rules rules = tally_rules::second)
      : strings(std::move(table)), incoming(*strings, fingerprint_seed), nodes(*strings, rules),
        workloads(*strings, rules), placed(*strings, rules) {}

  /// What facts mean from here on; `settings_changed` may bring newer rules.
  tally_rules rules() const noexcept { return placed.rules(); }

  /// Takes in a batch of admitted facts, the first of which has sequence `first_sequence` == `sequence` + 1.
  /// Names of owners may be added to the batch's pool. Does not touch `incoming`. `observer`, if there is
  /// one, sees all that happens to the images.
  void apply(fact_batch& batch, std::uint64_t first_sequence, image_observer* observer = nullptr);

  std::shared_ptr<string_table> strings; ///< shared with the running cluster; never null
  intake incoming;
  node_table nodes;
  workload_table workloads;
  placements placed;
  watch_positions positions;
  /// By `image_index`; slots that `placed.images()` does not call live are empty.
  std::vector<image_state> images;
  std::uint64_t sequence = 0; ///< of the last fact taken in; 0: none
  std::int64_t time_ms = 0;   ///< of the last fact taken in
  /// Events up to `sequence` define the strings with an id below it. These a snapshot holds, and every id in
  /// this state is one of them. At most all strings of the table, which the highest number stands for.
  std::uint32_t defined_strings = std::numeric_limits<std::uint32_t>::max();
};

} // namespace tallyman
