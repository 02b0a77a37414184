#pragma once

#include "base/result.hpp"
#include "journal/format.hpp"
#include "journal/storage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

inline constexpr std::string_view snapshot_suffix = ".snap";

/// Snapshots that are kept: the newest, and the one to fall back to.
inline constexpr std::size_t snapshots_kept = 2;

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

/// Sequences of the snapshots that are there, sound or not, ascending.
result<std::vector<std::uint64_t>> list_snapshots(storage& disk, const std::string& directory);

/// Reads a whole snapshot with every check.
result<snapshot_facts> verify_snapshot(storage& disk, const std::string& path, const journal_id& id);

/// Removes all but the newest `snapshots_kept`.
result<void> remove_old_snapshots(storage& disk, const std::string& directory);

/// Moves the snapshots newer than `sequence`, which did not verify, to `<directory>/quarantine`, so that they
/// do not count among those that are kept. Only for the holder of the lock.
result<void> quarantine_snapshots_after(storage& disk, const std::string& directory, std::uint64_t sequence);

/// Removes what interrupted snapshots left behind. Only for the holder of the lock.
result<void> remove_unfinished_snapshots(storage& disk, const std::string& directory);

} // namespace tallyman::journal
