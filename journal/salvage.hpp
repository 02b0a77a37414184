#pragma once

#include "base/result.hpp"
#include "journal/storage/storage.hpp"
#include "journal/upkeep/salvage_scan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

/// A stretch of events that could not be saved.
struct lost_events {
  std::uint64_t first = 0;
  std::uint64_t last = 0; ///< 0: unknown, at the end of the log
};

/// A journal that salvage made.
struct salvaged_journal {
  std::string directory;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t history_sequence = 0;   ///< the first state that can be built; 0: from event 1 on
  std::vector<std::uint64_t> snapshots; ///< sequences, ascending
};

/// What was found, and what became of it.
struct salvage_report {
  std::vector<damaged_place> damage;      ///< in segments, snapshots and the superblock
  std::vector<lost_events> lost;          ///< ascending
  std::vector<salvaged_journal> journals; ///< the newest first, which is in the wanted directory
  std::vector<std::string>
      set_aside; ///< copies, in the wanted directory's quarantine, of what is in no journal
};

/// What a damaged journal may no longer know.
struct salvage_options {
  /// Of the new journals, if the superblock that knows it is lost; empty: "default".
  std::string cluster;
};

/// Copies whatever is sound in `from` into a new journal in `to`, which must not exist yet. Changes nothing
/// in `from`.
///
/// Batches are copied as they are, with their numbers, sequences and chain values, so the new journal is the
/// old one without what is lost. Where events are lost in the middle, what comes before and what comes after
/// cannot be one journal. Each part of which a state can be built (it begins with event 1, or one of its
/// snapshots is sound) becomes one: the newest in `to`, an older one in `<to>.until-<its last sequence>`.
/// Every file of which something is in none of them is copied to `<to>/quarantine`.
///
/// Each is made in a folder of its own, `<its name>.unfinished`, and gets its name when all of them are there
/// and have been read back, `to` the last: once it is there, so is everything else. After a failure they are
/// removed, and before the next try if the process was killed.
///
/// Fails with busy if a process writes to `from`, usage if `to` or the name of an older part exists, damaged
/// if no part can be used, io.
result<salvage_report> salvage(storage& disk, const std::string& from, const std::string& to,
                               const salvage_options& options = {});

} // namespace tallyman::journal
