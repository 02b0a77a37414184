#pragma once

#include <cstdint>

namespace tallyman {

/// Version of what the records of a journal mean (journal::log_options::content_version). 2: a program must
/// know `tally_rules::second`.
inline constexpr std::uint32_t records_version = 2;

/// The type byte of a journal record, which selects the protobuf message of its payload (event.proto). These
/// numbers are on disk: never change or reuse one.
enum class record_type : std::uint8_t {
  pod_observed = 1,
  pod_gone = 2,
  node_observed = 3,
  node_gone = 4,
  workload_observed = 5,
  workload_gone = 6,
  scan_finished = 7,
  remote_answered = 8,
  remote_acknowledged = 9,
  list_synced = 10,
  bookmarked = 11,
  settings_changed = 12,
};

} // namespace tallyman
