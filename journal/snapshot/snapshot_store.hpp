#pragma once

#include "base/result.hpp"
#include "journal/format/format.hpp"
#include "journal/snapshot/snapshot_thinning.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

inline constexpr std::string_view snapshot_suffix = ".snap";

/// What a sound snapshot says about itself.
struct snapshot_facts {
  std::uint64_t sequence = 0;
  std::uint64_t chain = 0;
  std::uint64_t bytes = 0;
};

/// "<directory>/snapshots".
std::string snapshots_directory(const std::string& directory);

/// Path of the snapshot of the state after event `sequence`.
std::string snapshot_path(const std::string& directory, std::uint64_t sequence);

/// Sequences of the snapshots on disk, sound or not, ascending.
result<std::vector<std::uint64_t>> list_snapshots(storage& disk, const std::string& directory);

/// Reads a whole snapshot with every check.
result<snapshot_facts> verify_snapshot(storage& disk, const std::string& path, const journal_id& id);

/// The snapshots on disk with their sizes, sound or not, ascending.
result<std::vector<snapshot_size>> measure_snapshots(storage& disk, const std::string& directory);

/// Removes the snapshots that are too many beside segments of `segment_bytes` in all: see
/// snapshots_to_thin_out. Only for the holder of the lock.
result<void> thin_out_snapshots(storage& disk, const std::string& directory, std::uint64_t segment_bytes);

/// Moves the snapshots newer than `sequence`, which did not verify, to `<directory>/quarantine`, so that they
/// do not count among those that are kept. Only for the holder of the lock.
result<void> quarantine_snapshots_after(storage& disk, const std::string& directory, std::uint64_t sequence);

/// Removes what interrupted snapshots left behind. Only for the holder of the lock.
result<void> remove_unfinished_snapshots(storage& disk, const std::string& directory);

} // namespace tallyman::journal
