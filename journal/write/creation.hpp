#pragma once

#include "base/result.hpp"
#include "journal/options.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <string>

namespace tallyman::journal {

/// Fails with usage if the options contradict each other or the format's limits.
result<void> check_options(const log_options& options);

/// A random number from the options' source, or the system's; never 0.
result<std::uint64_t> draw_random(const log_options& options);

/// Size of segment `number`: starts small, so that a small journal costs little, and grows fourfold.
std::uint64_t segment_bytes_of(const log_options& options, std::uint64_t number);

/// The folder that `path` is in; "." for a bare name.
std::string parent_of(const std::string& path);

/// Makes those of the journal's directories that are missing.
result<void> make_directories(storage& disk, const std::string& directory);

/// Succeeds if what is in `directory`, which has no superblock, is no more than a creation that was
/// interrupted: no snapshot, and no segment that holds a batch. Else: damaged. Changes nothing.
result<void> check_unfinished(storage& disk, const std::string& directory);

/// Makes a new, empty journal in `directory`, which exists. The superblock comes last: until it is there, the
/// rest is an interrupted creation and is made anew. Refuses to overwrite a segment that holds anything.
result<void> create_journal(storage& disk, const std::string& directory, const log_options& options);

} // namespace tallyman::journal
