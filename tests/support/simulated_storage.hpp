#pragma once

#include "journal/storage/storage.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tallyman::journal {

/// A disk in memory that fails on command, for tests.
///
/// Every file has two images: what the processes see (the page cache), and what the disk holds. sync()
/// carries pages from one to the other, forget_cache() drops clean pages, power_loss() keeps an arbitrary
/// part of what was not synced. Names likewise: a rename is on the disk after sync_directory. Directories
/// themselves are durable at once. The same seed gives the same disk. Thread-safe.
///
/// After power_loss() and kill_process() every open file, and every lock, is dead: calls on them fail.
class simulated_storage final : public storage {
public:
  explicit simulated_storage(std::uint64_t seed);
  ~simulated_storage() override;

  // -- faults ------------------------------------------------------------------------------------------

  /// What becomes of un-synced pages and names when the power goes.
  enum class loss : std::uint8_t {
    everything, ///< all of it is gone
    subset,     ///< each 512-byte sector: new, old, zero or garbage; each name: new or old
    nothing,    ///< all of it got to the disk just in time
  };

  void power_loss(loss kind);

  /// The process dies, the machine goes on: what it wrote stays in the page cache.
  void kill_process();

  /// The `nth` sync from now on (1: the next one) fails and, as a kernel may, forgets that its pages are
  /// dirty: a later sync succeeds without writing them.
  void fail_sync(std::uint64_t nth);

  /// The `nth` write from now on writes an arbitrary part of its bytes and fails.
  void fail_write(std::uint64_t nth);

  /// The `nth` write from now on lands some blocks from where it belongs, in the same file, and reports
  /// success.
  void misdirect_write(std::uint64_t nth);

  /// The `nth` write from now on reports success, as does the sync behind it, and never reaches the disk.
  void lose_write(std::uint64_t nth);

  /// Flips one bit of a file at rest, in the cache and on the disk.
  void rot(const std::string& path);

  /// The `nth` read from now on fails (EIO).
  void fail_read(std::uint64_t nth);

  /// The `nth` rename from now on fails.
  void fail_rename(std::uint64_t nth);

  /// At the `nth` changing call from now on (write, sync, create, rename, remove, sync_directory) the
  /// process stops: the call takes effect partly or not at all, and all later ones fail.
  void stop_at(std::uint64_t nth);

  /// Whether stop_at has struck.
  bool stopped() const;

  /// Bytes that all files together may have; a write beyond fails when the space is used up.
  void set_capacity(std::uint64_t bytes);

  /// Takes back all faults that have not struck.
  void clear_faults();

  // -- a look from outside -----------------------------------------------------------------------------

  /// Changing calls so far.
  std::uint64_t operations() const;

  /// What a process would read. Empty for a file that does not exist.
  std::string content(const std::string& path) const;

  /// Replaces a file, in the cache and on the disk.
  void set_content(const std::string& path, std::string bytes);

  /// All files, sorted.
  std::vector<std::string> files() const;

  /// All that is there, to the byte: files with their content, folders with nothing.
  std::map<std::string, std::string> image() const;

  // -- storage -----------------------------------------------------------------------------------------

  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  result<void> make_directory(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& path) override;
  result<bool> exists(const std::string& path) override;
  result<void> rename(const std::string& from, const std::string& to) override;
  result<void> remove(const std::string& path) override;
  result<void> sync_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path, std::string_view holder) override;
  result<std::optional<std::string>> lock_holder(const std::string& path) override;

private:
  friend class simulated_file;
  friend class simulated_lock;
  struct inode;
  using names = std::map<std::string, std::shared_ptr<inode>>;

  /// A change of names that is not on the disk yet.
  struct name_change {
    std::string unbound; ///< name that goes; may be empty
    std::string bound;   ///< name that comes; may be empty
    std::shared_ptr<inode> bound_to;
  };

  /// A countdown to a fault; 0: off.
  static bool strikes(std::uint64_t& countdown);

  std::optional<error> enter(std::string_view call, const std::string& path, std::uint64_t generation);
  bool change_begins();
  void change_name(name_change change);
  result<void> rename_folder(const std::string& from, const std::string& to);
  static void apply(const name_change& change, names& to);
  std::uint64_t used() const;
  void drop_handles();

  result<std::size_t> read(inode& node, std::uint64_t offset, void* into, std::size_t size);
  result<void> write(inode& node, const std::string& path, std::uint64_t offset, std::string_view bytes);
  result<void> sync(inode& node, const std::string& path);
  std::uint64_t astray(const inode& node, std::uint64_t offset, std::size_t size);
  void keep_subset(inode& node);

  mutable std::mutex mutex_; // guards: all below
  std::mt19937_64 random_;
  names names_;
  names durable_names_;
  std::vector<name_change> unsynced_names_;
  std::set<std::string> directories_;
  std::map<std::string, std::string> locks_;
  std::uint64_t generation_ = 1;
  std::uint64_t operations_ = 0;
  std::uint64_t sync_countdown_ = 0;
  std::uint64_t write_countdown_ = 0;
  std::uint64_t misdirect_countdown_ = 0;
  std::uint64_t lose_countdown_ = 0;
  std::uint64_t read_countdown_ = 0;
  std::uint64_t rename_countdown_ = 0;
  std::uint64_t stop_countdown_ = 0;
  bool stopped_ = false;
  std::optional<std::uint64_t> capacity_;
};

} // namespace tallyman::journal
