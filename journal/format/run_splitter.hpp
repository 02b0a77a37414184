#pragma once

#include "journal/format/record_run.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman::journal {

/// A part of a run that fits one batch.
struct run_piece {
  std::string_view records;
  std::optional<std::int64_t> time_mark_ms; ///< to be put in front, if the records do not begin with one
  std::int64_t first_time_ms = 0;
  std::uint32_t event_count = 0;
  std::uint32_t record_count = 0;

  std::size_t bytes() const noexcept { return records.size() + (time_mark_ms ? time_mark_bytes : 0); }
};

/// Cuts a run between records into pieces of at most `piece_bytes_max`, as few as come in order. The run must
/// outlive it, and every record of it must fit a piece.
class run_splitter {
public:
  run_splitter(const record_run& run, std::size_t piece_bytes_max);

  /// The next piece, nothing at the end.
  std::optional<run_piece> next();

private:
  run_piece whole() const;

  const record_run& run_;
  std::size_t piece_bytes_max_;
  std::string_view rest_;
  std::int64_t time_base_ms_ = 0;
};

} // namespace tallyman::journal
