#pragma once

#include "journal/format/batch.hpp"
#include "journal/support.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tallyman::journal::testing {

/// Batches of 10 events each; `proven` adds the empty batch and the superblock of a clean stop.
void make_log(simulated_storage& disk, int batches, bool proven);

/// 300 events in several segments, five snapshots, and everything that a start has to repair: a torn batch, a
/// spare, a snapshot that is half-written.
void make_untidy_log(simulated_storage& disk);

/// `bytes` with one bit of byte `at` flipped, a different one from byte to byte.
std::string flipped(std::string bytes, std::size_t at);

/// Offset of each batch in a segment, and behind the last one.
std::vector<std::size_t> batch_offsets(const std::string& segment);

/// Rewrites a 32-bit field of a batch header, and the header's checksum, as no accident could.
void forge(std::string& segment, std::size_t batch, std::size_t field, std::uint32_t value);

/// Rewrites a field of a 4 KiB block that ends with its checksum: a segment's header, a superblock's slot.
void forge_block(std::string& file, std::size_t block, std::size_t field, std::uint64_t value,
                 std::size_t size);

/// A batch with one event that continues `segment` in every respect but those that `change` makes. It is
/// written where the log ends.
template <class Change>
std::string with_next_batch(std::string segment, Change change);

/// What a start does: opens, loads the newest snapshot, replays what is behind it, then begins to write. If
/// it refuses, whatever the reason, requires that everything is as it was, to the byte.
result<std::unique_ptr<log>> start_or_leave_alone(simulated_storage& disk,
                                                  const log_options& options = small_options());

/// Requires that a start is refused as damage that names `path`, and changes nothing.
void check_refused(simulated_storage& disk, const std::string& path);

// -- details -------------------------------------------------------------------------------------------

/// The header that the next batch of the segment would have, and the chain value in front of it.
batch_header next_header(const std::string& segment, std::uint64_t& previous_chain);
void put_batch(std::string& segment, std::size_t at, batch_header header, std::uint64_t previous_chain);

template <class Change>
std::string with_next_batch(std::string segment, Change change) {
  std::uint64_t chain = 0;
  batch_header header = next_header(segment, chain);
  const std::size_t at = header.offset;
  change(header, chain);
  put_batch(segment, at, header, chain);
  return segment;
}

} // namespace tallyman::journal::testing
