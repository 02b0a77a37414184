#pragma once

#include "base/result.hpp"
#include "journal/format/segment.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

/// The snapshot to start from.
struct snapshot_choice {
  std::uint64_t sequence = 0; ///< 0: none
  std::string note;           ///< those that were passed over, and why; empty if there was none
};

/// The newest snapshot that verifies and whose chain value is that of the log. `last_sequence` and
/// `last_batch` are where the log ends: a snapshot beyond it proves that events are missing, and is damage
/// unless `beside_writer`. `claimed` is what the superblock names. Fails with damaged if the log does not
/// reach back to what there is to start from.
result<snapshot_choice> choose_snapshot(storage& disk, const std::string& directory,
                                        const std::vector<segment_entry>& segments,
                                        std::uint64_t last_sequence, std::uint64_t last_batch,
                                        std::uint64_t claimed, bool beside_writer);

/// Why the snapshot at `path` cannot stand for the state after event `sequence` of this log, which goes up to
/// batch `last_batch`; empty if it can. Reads all of it. Fails if the log or the disk cannot be read.
result<std::string> fault_of_snapshot(storage& disk, const std::string& path,
                                      const std::vector<segment_entry>& segments, std::uint64_t last_batch,
                                      std::uint64_t sequence);

/// The newest usable snapshot of a state at or before event `sequence`; 0 if there is none.
result<std::uint64_t> usable_snapshot_before(storage& disk, const std::string& directory,
                                             const std::vector<segment_entry>& segments,
                                             std::uint64_t last_batch, std::uint64_t sequence);

} // namespace tallyman::journal
