#pragma once

#include "journal/format/format.hpp"

#include <cstdint>
#include <string>

namespace tallyman::journal {

/// What opening found at the end of the log.
struct recovery_report {
  enum class outcome : std::uint8_t {
    created, ///< there was no journal; now there is
    clean,   ///< every byte in its place
    dropped, ///< the last batch was torn and provably un-acknowledged; its bytes were (read-only: would be)
             ///< moved to quarantine
  };

  outcome what = outcome::clean;
  std::string file;                ///< segment that was cut
  std::uint64_t offset = 0;        ///< where
  std::uint64_t dropped_bytes = 0; ///< how much
  std::string reason;              ///< what was wrong with it
  std::string quarantine;          ///< where the bytes are now; empty when read-only

  /// Snapshots that did not verify and were passed over: one line; empty if there was none.
  std::string snapshot_note;
};

/// Facts about an open log.
struct log_info {
  journal_id id;
  std::string cluster;
  std::uint32_t version = 0;
  std::uint64_t segment_count = 0;
  std::uint64_t first_sequence = 1; ///< oldest event still in a segment
  std::uint64_t last_sequence = 0;  ///< 0 if there is no event; read-only: highest one visible
  std::uint64_t history_sequence =
      0; ///< the first state that can be built, by a snapshot; 0: from event 1 on
  std::uint64_t snapshot_sequence = 0; ///< 0 if there is no usable snapshot
  std::int64_t last_time_ms = 0;       ///< header time of the last batch
  bool writer_alive = false;           ///< read-only: another process held the lock
  recovery_report recovery;
};

} // namespace tallyman::journal
