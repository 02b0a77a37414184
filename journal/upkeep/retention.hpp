#pragma once

#include "base/result.hpp"
#include "journal/format/segment.hpp"
#include "journal/format/superblock.hpp"
#include "journal/retention_limits.hpp"
#include "journal/snapshot/snapshot_thinning.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

/// What retention would do. History goes in whole segments, with the snapshots in them, and begins afterwards
/// with the oldest snapshot that stays.
struct retention_plan {
  std::vector<segment_entry> segments;  ///< that go, ascending: the oldest ones
  std::vector<snapshot_size> snapshots; ///< that go: of states before the first segment that stays
  std::uint64_t retired_before = 0;     ///< first sequence of the first segment that stays; 0: nothing goes
  std::uint64_t history_sequence = 0;   ///< the first state that can be built then; 0: from event 1 on
  std::string obstacle;                 ///< why less goes than the limits ask for; empty if they are met

  bool empty() const noexcept { return segments.empty(); }
  std::uint64_t bytes() const noexcept;
};

/// A log at rest or in use, as retention looks at it.
struct retention_view {
  const std::vector<segment_entry>& segments; ///< ascending, at least one
  std::uint64_t last_sequence = 0;
  std::uint64_t last_batch = 0;
  std::int64_t last_time_ms = 0;
};

/// What may go by the limits. Never the two newest usable snapshots, nor any segment from the one that holds
/// the older one's event on. What would become the beginning of the history is verified first, as are those
/// two: whatever remains can be used. Changes nothing.
result<retention_plan> plan_retention(storage& disk, const std::string& directory, const retention_view& log,
                                      const retention_limits& limits);

/// Notes a plan that is not empty in both slots of the superblock. Afterwards its files are leftovers.
result<void> note_retirement(superblock_file& block, const retention_plan& plan);

/// Removes the segments and snapshots that the superblock has given up. Interrupted, it can be done again.
/// Only for the holder of the lock.
result<void> remove_retired(storage& disk, const std::string& directory, std::uint64_t retired_before);

} // namespace tallyman::journal
