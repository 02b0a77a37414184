#pragma once

#include "base/result.hpp"
#include "journal/recovery/log_info.hpp"
#include "journal/storage/storage.hpp"
#include "journal/upkeep/retention.hpp"

#include <cstdint>
#include <functional>
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
  std::int64_t first_time_ms = 0;   ///< of the batch with the oldest event; 0 without events
  std::int64_t history_time_ms = 0; ///< of the batch with info.history_sequence; first_time_ms if that is 0
  std::vector<std::uint64_t> snapshots; ///< sequences, ascending
  std::uint64_t snapshot_bytes = 0;
  retention_plan would_go; ///< by the limits that stat was asked about

  /// Record bytes per event; 0 without events.
  double bytes_per_event() const noexcept {
    return event_count == 0 ? 0.0 : static_cast<double>(record_bytes) / static_cast<double>(event_count);
  }
};

/// Outcome of a full check.
struct verify_report {
  journal_stat stat;                 ///< of what is sound
  std::optional<error> first_damage; ///< nothing: all is well
  std::string superblock_note;       ///< what is wrong with one of the superblock's slots; empty: nothing
};

/// Called now and then with the bytes checked so far and the bytes in all, on the caller's thread.
using verify_progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Reads and checks everything, from the disk and not from the page cache: superblock, every batch of every
/// segment with its chain, the zeros behind the batches, every snapshot and that it is of this history.
/// Changes nothing and takes no lock; beside a live writer it checks what is proven durable. Fails if it
/// cannot look (no journal found, EIO); damage is a finding, not a failure.
result<verify_report> verify(storage& disk, const std::string& directory, const verify_progress& tell = {});

/// Figures from the batch headers alone, without reading payloads, and what retention by `limits` would take.
result<journal_stat> stat(storage& disk, const std::string& directory, const retention_limits& limits = {});

} // namespace tallyman::journal
