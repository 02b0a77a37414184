#pragma once

#include "base/result.hpp"
#include "journal/format/format.hpp"
#include "journal/options.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tallyman::journal {

/// What must at least be in the journal, so that the loss of whole files is noticed.
struct superblock {
  journal_id id;
  std::uint64_t counter = 0; ///< of this version of the superblock; the higher valid slot counts
  std::uint64_t newest_segment = 0;
  std::uint64_t newest_snapshot = 0; ///< its sequence; 0: none
  std::uint64_t durable_sequence = 0;
  std::uint64_t durable_batch = 0;   ///< number of the batch that ends with durable_sequence, or a later one
  std::uint64_t retired_before = 0;  ///< events before this one were given up by retention; 0: none
  std::uint64_t content_version = 0; ///< see `log_options`; 0 in journals of format versions 1 and 2
  std::string cluster;

  /// The format version that a reader must know.
  std::uint32_t version() const noexcept {
    if (content_version != 0)
      return format_version_content;
    return retired_before == 0 ? format_version_plain : format_version_cut;
  }
};

/// The superblock's file: two slots of one block each, written in turn, so that a torn write leaves the
/// other one. Thread-safe.
class superblock_file {
public:
  /// Writes a new one, first slot only, and makes it durable. The last step of a journal's creation.
  static result<std::unique_ptr<superblock_file>> create(storage& disk, const std::string& directory,
                                                         const superblock& first);

  /// Reads the newer valid slot. Fails with damaged if there is none and too_new for a later format.
  static result<std::unique_ptr<superblock_file>> open(storage& disk, const std::string& directory,
                                                       open_mode mode);

  /// The newest version. A copy.
  superblock current() const;

  /// Which slot (0 or 1) held something that is not valid when the file was opened: a write that was cut
  /// short, or rot. The next update writes it anew.
  std::optional<unsigned> spoiled_slot() const noexcept { return spoiled_slot_; }

  /// Applies `change` to a copy of the current version and writes it durably to the other slot. After a
  /// failure the current version stays what it was, and so does its slot.
  template <class F>
  result<void> update(F change) {
    const std::lock_guard guard(mutex_);
    superblock next = current_;
    change(next);
    ++next.counter;
    return write(std::move(next));
  }

private:
  superblock_file(std::unique_ptr<file> opened) : file_(std::move(opened)) {}
  result<void> write(superblock next);

  std::optional<unsigned> spoiled_slot_; ///< set by open() alone
  mutable std::mutex mutex_;             // guards: all below
  std::unique_ptr<file> file_;
  superblock current_;
  unsigned current_slot_ = 1;
};

} // namespace tallyman::journal
