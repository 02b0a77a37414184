#pragma once

#include "base/result.hpp"
#include "journal/read/segment_reader.hpp"

#include <cstdint>
#include <string>

namespace tallyman::journal {

/// What is behind the last sound batch of a segment. The decision table is in FORMAT.md.
struct tail_report {
  enum class kind : std::uint8_t {
    clean,   ///< zeros up to the end of the file
    torn,    ///< at most one batch, cut short: un-acknowledged if this is the newest segment
    damaged, ///< anything else
  };

  kind found = kind::clean;
  std::uint64_t offset = 0; ///< of the first byte that is not sound
  std::uint64_t bytes = 0;  ///< from there to behind the last byte that is not zero, in whole blocks
  std::string reason;       ///< of torn and damaged
};

/// Looks at the rest of a segment behind `step`, which must not be a batch. Reads up to the end of the file.
result<tail_report> examine_tail(segment_reader& reader, const scan_step& step);

} // namespace tallyman::journal
