#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tallyman::journal {

/// Bytes of a disk block. Batches start on multiples of it, and no block is ever written by two batches.
inline constexpr std::size_t block_bytes = 4096;

/// Largest batch on disk, header and padding included.
inline constexpr std::size_t batch_bytes_limit = std::size_t{1} << 20;

/// Bytes in front of a batch's records.
inline constexpr std::size_t batch_header_bytes = 96;

/// Bytes in front of a record's payload: length (24 bits) and kind (8 bits), then the time difference.
inline constexpr std::size_t record_prefix_bytes = 8;

/// Bytes of a time mark, the internal record that sets the time base of the records behind it.
inline constexpr std::size_t time_mark_bytes = record_prefix_bytes + 8;

/// Largest payload of one record: what still fits a batch of its own. Callers check against it; adding a
/// larger record to a run is a broken invariant.
inline constexpr std::size_t record_bytes_max =
    batch_bytes_limit - batch_header_bytes - time_mark_bytes - record_prefix_bytes;

/// Largest `type` of a record. The journal does not interpret it.
inline constexpr std::uint8_t record_type_max = 126;

/// One record as it is read back. A view: valid as long as the batch_view it came from.
struct record {
  /// Number of the event, from 1 without a gap. Of a definition: that of the event it stands in front of.
  std::uint64_t sequence = 0;

  /// When the record was journaled, as the application said: Unix time in milliseconds, UTC.
  std::int64_t time_ms = 0;

  /// Chosen by the application, [0, record_type_max]. Events and definitions have separate numbers.
  std::uint8_t type = 0;

  /// A definition (dictionary entry) has no sequence of its own and stands in front of the first event
  /// that needs it.
  bool definition = false;

  std::string_view payload;
};

/// The sequences given to one run of records: [first, last], empty when last < first.
struct sequence_range {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
};

} // namespace tallyman::journal
