#pragma once

#include "base/result.hpp"
#include "journal/read/segment_reader.hpp"
#include "journal/read/tail.hpp"
#include "journal/recovery/log_info.hpp"

#include <cstdint>
#include <string>

namespace tallyman::journal {

/// Where the newest segment's sound batches end, and what is behind them.
struct log_end {
  log_position position;
  std::uint64_t last_batch_first_sequence = 0; ///< of its last sound batch; its own if it holds none
  tail_report tail;
};

/// Walks the newest segment. Fails with damaged if what is behind the last sound batch cannot be a write
/// cut short.
result<log_end> find_end(storage& disk, const segment_entry& newest);

/// The same while another process appends to the segment: an unfinished batch is no damage, and a place
/// that looks damaged is read again before it is believed.
result<log_end> find_end_beside_writer(storage& disk, const segment_entry& newest);

/// Moves a torn tail into `<directory>/quarantine`, makes the segment zero from there on, and reads it back.
/// Returns the quarantine file's path. Interrupted at any point it can simply be done again.
result<std::string> quarantine_tail(storage& disk, const std::string& directory, const segment_entry& newest,
                                    const tail_report& tail);

} // namespace tallyman::journal
