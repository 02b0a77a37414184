#pragma once

#include "base/result.hpp"
#include "journal/read/segment_reader.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tallyman::journal {

/// Walks batches over several segments, checks where one segment continues the other, and that nothing
/// hides behind the last batch of each but the newest. Not thread-safe; the storage must outlive it.
class log_walk {
public:
  /// `segments` in ascending order. Ends behind batch number `last_batch`, which must be in the newest
  /// segment or end the one before it.
  log_walk(storage& disk, std::vector<segment_entry> segments, std::uint64_t last_batch,
           bool headers_only = false);

  /// A sound batch. Its payload is valid until the next call.
  struct sound_batch {
    batch_header header;
    std::string_view payload;
  };

  /// The next batch, empty ones included; nothing at the end; else the damage.
  result<std::optional<sound_batch>> next();

private:
  result<void> open_segment();
  error why_not_opened(const error& failure) const;
  result<void> check_link(const segment_header& header) const;
  result<void> leave_segment(const scan_step& step);

  storage& disk_;
  std::vector<segment_entry> segments_;
  std::uint64_t last_batch_;
  bool headers_only_;
  std::size_t current_ = 0;
  std::optional<segment_reader> reader_;
  std::optional<log_position> reached_;
};

/// The segments from the one that holds `sequence` (or would hold it next) on.
std::vector<segment_entry> segments_from(const std::vector<segment_entry>& all, std::uint64_t sequence);

/// Header of the batch that holds event `sequence`.
result<batch_header> header_at(storage& disk, const std::vector<segment_entry>& segments,
                               std::uint64_t last_batch, std::uint64_t sequence);

/// Chain value of the batch that holds event `sequence`, read from the log's headers.
result<std::uint64_t> chain_at(storage& disk, const std::vector<segment_entry>& segments,
                               std::uint64_t last_batch, std::uint64_t sequence);

} // namespace tallyman::journal
