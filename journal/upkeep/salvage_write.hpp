#pragma once

#include "base/result.hpp"
#include "journal/format/superblock.hpp"
#include "journal/storage/storage.hpp"
#include "journal/upkeep/salvage_scan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::journal {

/// Copies a file byte for byte and syncs it. What cannot be read becomes zeros in blocks if `lenient`, else
/// it is an error.
result<void> copy_file(storage& disk, const std::string& from, const std::string& to, bool lenient);

/// Makes a journal in the new directory `to`, with its empty folders, of one run of sound pieces and these
/// snapshots in `from`. The superblock comes last, so that what is interrupted is no journal. `block` gives
/// id and cluster.
result<void> write_salvaged(storage& disk, const std::string& from, const std::string& to,
                            const std::vector<sound_piece>& run, const std::vector<std::uint64_t>& snapshots,
                            superblock block);

} // namespace tallyman::journal
