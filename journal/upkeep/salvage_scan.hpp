#pragma once

#include "base/result.hpp"
#include "journal/format/segment.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tallyman::journal {

/// Sound batches of one segment that follow each other without a gap.
struct sound_piece {
  segment_entry segment;   ///< as it is on the old disk
  std::uint64_t begin = 0; ///< offset of the first batch
  std::uint64_t end = 0;   ///< behind the last one
  std::uint64_t first_batch = 0;
  std::uint64_t last_batch = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t next_sequence = 0;
  std::uint64_t previous_chain = 0; ///< of the batch before the first one
  std::uint64_t chain = 0;          ///< of the last one
};

/// A place where bytes are not what was written.
struct damaged_place {
  std::string file;
  std::uint64_t offset = 0;
  std::string reason;
};

/// What one look at all segments found.
struct salvage_scan {
  std::vector<std::vector<sound_piece>> runs; ///< each continues from piece to piece; ascending
  std::vector<damaged_place> damage;
  /// For each sequence that was asked about and lies in a run: chain value of its batch.
  std::map<std::uint64_t, std::uint64_t> chains;
};

/// Reads all segments of journal `id` block by block and joins what is sound. What cannot be read is damage,
/// not an error. `asked` are the sequences whose chain values are wanted. Changes nothing.
result<salvage_scan> scan_for_salvage(storage& disk, const std::string& directory, const journal_id& id,
                                      std::uint64_t retired_before, const std::vector<std::uint64_t>& asked);

} // namespace tallyman::journal
