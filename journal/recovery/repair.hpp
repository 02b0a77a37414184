#pragma once

#include "base/result.hpp"
#include "journal/format/superblock.hpp"
#include "journal/read/segment_reader.hpp"
#include "journal/read/tail.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <string>

namespace tallyman::journal {

/// All that a writer changes in a journal before it appends. Recovery decides on it; nothing is changed until
/// the log is started, which is when everything that the start needs was read and found sound.
struct repair_plan {
  segment_entry newest;
  log_position end;                    ///< behind its last sound batch
  tail_report tail;                    ///< clean or torn
  std::uint64_t snapshot_sequence = 0; ///< the newest that can be used; 0: none
};

/// Carries the plan out: folders that are missing, the torn tail, what earlier writers left half-done, rotten
/// snapshots, and last the superblock. Interrupted at any point it can be planned and done again. Returns
/// where the torn bytes are now; empty if there were none.
result<std::string> carry_out(storage& disk, const std::string& directory, superblock_file& block,
                              const repair_plan& plan);

} // namespace tallyman::journal
