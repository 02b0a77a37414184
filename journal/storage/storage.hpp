#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::journal {

/// An open file. Closed by its destructor. read_at may be called from several threads; the rest from one.
class file {
public:
  virtual ~file() = default;

  /// Reads up to `size` bytes from `offset` on; fewer only at the end of the file. Returns the number read.
  virtual result<std::size_t> read_at(std::uint64_t offset, void* into, std::size_t size) = 0;

  /// Writes all of `bytes`, extending the file if need be. After a failure any part may have been written.
  virtual result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;

  /// Makes content and size durable (fdatasync). A failure is final: see FORMAT.md, promise 4.
  virtual result<void> sync() = 0;

  virtual result<std::uint64_t> size() = 0;

  /// Forgets cached content that has been synced, so that the next read asks the disk itself. A hint where
  /// the system has no such call.
  virtual result<void> forget_cache() = 0;

  /// Path under which it was opened, for messages.
  virtual const std::string& path() const = 0;
};

/// Held lock; released by its destructor.
class file_lock {
public:
  virtual ~file_lock() = default;
};

/// What a file is opened for.
enum class open_mode : std::uint8_t {
  read,       ///< must exist
  read_write, ///< must exist
  create,     ///< new or emptied, for reading and writing
  direct, ///< as read_write, but past the page cache where the file system can: offset, size and memory of
          ///< each write are multiples of block_bytes. Not for reading
  create_direct, ///< as create, and then as direct
};

/// All that the journal wants of a file system. Errors are of kind io unless said otherwise, and name the
/// path. Safe to use from several threads.
class storage {
public:
  virtual ~storage() = default;

  virtual result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) = 0;

  /// Makes one directory; that it exists already is fine. The parent must exist.
  virtual result<void> make_directory(const std::string& path) = 0;

  /// Names in a directory, without "." and "..", sorted; empty for a directory that does not exist.
  virtual result<std::vector<std::string>> list(const std::string& path) = 0;

  virtual result<bool> exists(const std::string& path) = 0;

  /// Replaces `to` atomically; a folder only a name that is free. Durable after sync_directory.
  virtual result<void> rename(const std::string& from, const std::string& to) = 0;

  /// Removes a file or an empty folder; that it does not exist is fine.
  virtual result<void> remove(const std::string& path) = 0;

  /// Makes creations, renames and removals in a directory durable.
  virtual result<void> sync_directory(const std::string& path) = 0;

  /// Takes the exclusive lock on a file, creating it, and writes `holder` into it. Fails with
  /// error_kind::busy, naming the present holder, if another process has it. Never waits.
  virtual result<std::unique_ptr<file_lock>> lock(const std::string& path, std::string_view holder) = 0;

  /// The present holder of the lock, if there is one. Does not disturb it, and takes nothing.
  virtual result<std::optional<std::string>> lock_holder(const std::string& path) = 0;
};

} // namespace tallyman::journal
