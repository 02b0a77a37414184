#pragma once

#include "base/result.hpp"
#include "journal/format/superblock.hpp"
#include "journal/options.hpp"
#include "journal/read/segment_reader.hpp"
#include "journal/recovery/log_info.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tallyman::journal {

/// A log that passed recovery.
struct recovered_log {
  std::unique_ptr<file_lock> lock; ///< none when read-only
  std::unique_ptr<superblock_file> superblock;
  std::vector<segment_entry> segments; ///< ascending, at least one
  log_position end;                    ///< behind the last sound batch
  std::uint64_t visible_batch = 0;     ///< last batch that may be handed out
  log_info info;
};

/// Opens what is in `directory` by the decision table of FORMAT.md: checks, repairs a torn tail and says so
/// in the superblock, or refuses and changes nothing. Read-only: changes nothing at all.
result<recovered_log> recover(storage& disk, const std::string& directory, const log_options& options);

} // namespace tallyman::journal
