#pragma once

#include "base/result.hpp"
#include "journal/log_info.hpp"
#include "journal/storage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tallyman::journal {

/// Figures about a journal on disk.
struct journal_stat {
  log_info info;
  std::uint64_t segment_count = 0;
  std::uint64_t segment_bytes = 0; ///< size of all segment files
  std::uint64_t batch_count = 0;   ///< empty ones included
  std::uint64_t batch_bytes = 0;   ///< headers, records and padding
  std::uint64_t record_bytes = 0;  ///< records with their prefixes
  std::uint64_t event_count = 0;
  std::uint64_t definition_count = 0;
  std::vector<std::uint64_t> snapshots; ///< sequences, ascending
  std::uint64_t snapshot_bytes = 0;

  /// Record bytes per event; 0 without events.
  double bytes_per_event() const noexcept {
    return event_count == 0 ? 0.0 : static_cast<double>(record_bytes) / static_cast<double>(event_count);
  }
};

/// Outcome of a full check.
struct verify_report {
  journal_stat stat;                 ///< of what is sound
  std::optional<error> first_damage; ///< nothing: all is well
};

/// Reads and checks everything: superblock, every batch of every segment, every snapshot. Changes nothing
/// and takes no lock; beside a live writer it checks what is proven durable. The error is for what kept it
/// from looking (no journal there, EIO); damage is a finding.
result<verify_report> verify(storage& disk, const std::string& directory);

/// Figures from the batch headers alone, without reading payloads.
result<journal_stat> stat(storage& disk, const std::string& directory);

} // namespace tallyman::journal
