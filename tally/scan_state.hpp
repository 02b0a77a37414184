#pragma once

#include "messages/fact.hpp"
#include "tally/schedule/later_by.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman {

/// What is kept of the scans of an image. It belongs to what was scanned, a digest on an architecture, so all
/// names of that have the same; and it outlives the last owner by the grace period.
struct scan_state {
  bool scanned = false;
  bool image_private = false;
  std::uint32_t failures = 0;       ///< since the last success
  std::string last_error;           ///< of the last failure; empty after a success
  std::int64_t next_scan_at_ms = 0; ///< 0: unset
  std::int64_t scanned_at_ms = 0;   ///< 0: never

  friend bool operator==(const scan_state&, const scan_state&) = default;

  void succeed(std::int64_t time_ms) {
    *this = {};
    scanned = true;
    scanned_at_ms = time_ms;
  }

  /// A scan ended at `time_ms`; `wait_ms` counts after a failure.
  void finish(scan_outcome outcome, std::int64_t time_ms, std::uint64_t wait_ms, std::string_view error) {
    if (outcome == scan_outcome::succeeded)
      return succeed(time_ms);
    image_private = outcome == scan_outcome::image_private;
    ++failures;
    last_error = error;
    next_scan_at_ms = later_by(time_ms, wait_ms);
  }
};

} // namespace tallyman
