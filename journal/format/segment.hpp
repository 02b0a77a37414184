#pragma once

#include "base/result.hpp"
#include "journal/format/format.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tallyman::journal {

inline constexpr std::string_view segment_suffix = ".log";

/// Decoded first block of a segment file; the layout is in FORMAT.md.
struct segment_header {
  journal_id id;
  std::uint64_t number = 0; ///< 1, 2, 3, ...
  std::uint64_t nonce = 0;  ///< random; every batch in the file repeats it
  std::uint64_t first_sequence = 0;
  std::uint64_t first_batch = 0;
  std::uint64_t previous_chain = 0;         ///< chain value of the last batch before this segment
  std::uint64_t bytes = 0;                  ///< size of the file
  std::uint64_t first_offset = block_bytes; ///< of its first batch; another one only after salvage

  /// Whether the log's very first batch is in it, so that a state can be built from nothing.
  bool begins_log() const noexcept { return first_batch == 1; }
};

/// A segment that is on disk.
struct segment_entry {
  segment_header header;
  std::string path;
};

/// Bytes of all these files.
std::uint64_t bytes_of(const std::vector<segment_entry>& segments) noexcept;

/// "<directory>/segments".
std::string segments_directory(const std::string& directory);

/// Path of the segment that starts with `first_sequence`.
std::string segment_path(const std::string& directory, std::uint64_t first_sequence);

/// Chain value in front of a journal's very first batch.
std::uint64_t chain_seed(const journal_id& id);

/// Makes a file of `bytes` zeros, synced. An old file of that name is emptied first.
result<std::unique_ptr<file>> make_zero_filled(storage& disk, const std::string& path, std::uint64_t bytes);

/// Writes and syncs the first block of a zero-filled file.
result<void> write_segment_header(file& into, const segment_header& header);

/// Reads and checks the first block alone.
result<segment_header> read_segment_block(file& from);

/// Reads and checks the first block, and the file's size against it.
result<segment_header> read_segment_header(file& from);

/// All segments in ascending order, each of journal `id`, numbers without a gap. Reads one block each. Those
/// whose first sequence is before `retired_before` are leftovers of retention and passed over.
result<std::vector<segment_entry>> list_segments(storage& disk, const std::string& directory,
                                                 const journal_id& id, std::uint64_t retired_before);

/// The segments in front of the first one that list_segments() would refuse; `id` unset: of the journal that
/// the first one is of.
std::vector<segment_entry> segments_before_damage(storage& disk, const std::string& directory,
                                                  std::optional<journal_id> id, std::uint64_t retired_before);

} // namespace tallyman::journal
