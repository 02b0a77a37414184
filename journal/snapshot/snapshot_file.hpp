#pragma once

#include "base/result.hpp"
#include "journal/format/byte_buffer.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/format.hpp"
#include "journal/storage/storage.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman::journal {

/// Largest block of a snapshot.
inline constexpr std::size_t snapshot_block_bytes_max = std::size_t{16} << 20;

/// One block of a snapshot, as the application gave it.
struct snapshot_block {
  std::uint16_t type = 0; ///< chosen by the application
  std::string_view bytes; ///< valid until the reader's next call
};

/// Writes one snapshot: blocks into a temporary file, then all or nothing.
///
/// Made by log::begin_snapshot, which must outlive it. Any thread may call, one at a time. Dropped without
/// a successful commit() it removes its temporary file. After an error every further call fails the same
/// way; the log goes on.
class snapshot_writer {
public:
  /// What the log does for a commit.
  struct hooks {
    /// Makes sure that `sequence` is durable and returns the chain value of the batch that holds it.
    std::function<result<std::uint64_t>()> settle;
    /// Notes the finished snapshot in the superblock, applies the limits on history, and thins out the older
    /// snapshots (snapshot_thinning.hpp).
    std::function<result<void>()> publish;
  };

  static result<std::unique_ptr<snapshot_writer>> create(storage& disk, const std::string& directory,
                                                         const journal_id& id, std::uint64_t sequence,
                                                         hooks after);

  ~snapshot_writer();
  snapshot_writer(const snapshot_writer&) = delete;
  snapshot_writer& operator=(const snapshot_writer&) = delete;

  /// Adds a block of at most snapshot_block_bytes_max bytes.
  result<void> add_block(std::uint16_t type, std::string_view bytes);

  /// Waits until the snapshot's sequence is durable in the log, writes the footer, syncs, reads everything
  /// back, renames, syncs the directory. Afterwards a restart begins with this
  /// snapshot, unless a newer one is there.
  result<void> commit();

  /// The state written here is that after this event.
  std::uint64_t sequence() const noexcept { return sequence_; }

private:
  snapshot_writer(storage& disk, std::string directory, const journal_id& id, std::uint64_t sequence,
                  hooks after);

  result<void> put(std::string_view bytes);
  result<void> drain();
  result<void> fail(error failure);
  result<void> seal();
  void abandon();

  storage& disk_;
  std::string directory_;
  std::string temporary_path_;
  journal_id id_;
  std::uint64_t sequence_;
  hooks hooks_;
  std::unique_ptr<file> file_;
  byte_buffer pending_;
  running_checksum whole_;
  std::uint64_t written_ = 0;
  std::uint64_t block_count_ = 0;
  std::optional<error> failure_;
  bool finished_ = false;
};

/// Reads a snapshot block by block, checking each before it is handed out, and the footer at the end.
/// Not thread-safe. The storage must outlive it.
class snapshot_reader {
public:
  static result<snapshot_reader> open(storage& disk, const std::string& path, const journal_id& id);

  /// The next block, nothing after the last one, or the damage that was found.
  result<std::optional<snapshot_block>> next();

  /// The blocks are the state after this event.
  std::uint64_t sequence() const noexcept { return sequence_; }

  /// Chain value of the batch that holds sequence().
  std::uint64_t chain() const noexcept { return chain_; }

  std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  const std::string& path() const noexcept { return path_; }

private:
  snapshot_reader() = default;
  result<void> read_ends(const journal_id& id);
  result<void> check_footer();
  result<void> fill(std::size_t count);
  error damage(std::uint64_t offset, std::string_view reason) const;

  std::string path_;
  std::unique_ptr<file> file_;
  std::uint64_t sequence_ = 0;
  std::uint64_t chain_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t block_count_ = 0;
  std::uint64_t whole_checksum_ = 0;
  std::uint64_t blocks_read_ = 0;
  std::uint64_t offset_ = 0;
  byte_buffer buffer_;
  std::size_t consumed_ = 0;
  running_checksum whole_;
};

} // namespace tallyman::journal
