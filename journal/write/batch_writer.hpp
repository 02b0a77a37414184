#pragma once

#include "base/result.hpp"
#include "journal/format/superblock.hpp"
#include "journal/options.hpp"
#include "journal/write/batch_buffer.hpp"
#include "journal/write/log_state.hpp"
#include "journal/write/segment_supply.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tallyman::journal {

/// Puts batches on disk, one at a time, each durable before the call returns, and rolls to a new segment
/// when one is full. Knows no threads and no clock. After an error it must not be used again.
class batch_writer {
public:
  /// Continues `newest` at `end`. All references must outlive it.
  static result<std::unique_ptr<batch_writer>> open(storage& disk, const std::string& directory,
                                                    const log_options& options, const segment_entry& newest,
                                                    const log_position& end, superblock_file& block,
                                                    segment_supply& supply, log_state& state);

  /// Seals the batch, writes and syncs it, and publishes it.
  result<void> write(batch_buffer& batch);

  /// An empty batch, which proves on disk that the one before it is durable.
  result<void> write_proof();

  /// Whether the last batch's durability is not yet on record on the disk.
  bool proof_due() const noexcept { return proof_due_; }

  const log_position& position() const noexcept { return position_; }

private:
  batch_writer(storage& disk, std::string directory, const log_options& options, const segment_entry& newest,
               const log_position& end, superblock_file& block, segment_supply& supply, log_state& state);

  result<void> put(batch_buffer& batch);
  result<void> roll();
  segment_header next_header(std::uint64_t nonce) const;
  void ask_for_spare();

  storage& disk_;
  std::string directory_;
  log_options options_;
  superblock_file& superblock_;
  segment_supply& supply_;
  log_state& state_;
  segment_header segment_;
  std::unique_ptr<file> file_;
  log_position position_;
  batch_buffer proof_{block_bytes};
  bool proof_due_ = false;
};

} // namespace tallyman::journal
