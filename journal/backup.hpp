#pragma once

#include "base/result.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

/// What a backup holds.
struct backup_report {
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;      ///< 0: the journal holds no event
  std::uint64_t history_sequence = 0;   ///< the first state that can be built; 0: from event 1 on
  std::vector<std::uint64_t> snapshots; ///< sequences, ascending
  std::vector<std::string> left_out;    ///< snapshots that did not verify, and why
};

/// Copies the journal in `from`, also while a process writes to it, into a new one in `to`, which must not
/// exist yet: everything that is proven durable at the beginning, and nothing after it. The copy is read back
/// with every check of verify(). Changes nothing in `from` and takes no lock.
///
/// What it copies stays open while the writer's retention removes the names, so it succeeds beside any
/// writer. The copy is made in `to`.unfinished, which is removed after a failure, and before the next try if
/// the process was killed.
///
/// Fails with usage if `to` exists or there is nothing to copy, damaged, io.
result<backup_report> backup(storage& disk, const std::string& from, const std::string& to);

} // namespace tallyman::journal
