#pragma once

#include "journal/storage/storage.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tallyman::journal {

/// A storage for reading beside a writer: a segment or snapshot that was opened once stays open, and can be
/// read to its end though the writer's retention removes its name meanwhile. Such files never change below
/// what is durable, and no name is ever given to another one. All else goes to the storage behind it, which
/// must outlive it. Thread-safe.
class held_files final : public storage {
public:
  /// At most `files_max` are kept open, those that are opened first, which are the oldest and the first to
  /// go; the others are opened each time.
  held_files(storage& disk, std::size_t files_max) : disk_(disk), files_max_(files_max) {}

  /// As many as a quarter of the descriptors that this process may have.
  explicit held_files(storage& disk);

  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  result<bool> exists(const std::string& path) override;
  result<void> make_directory(const std::string& path) override { return disk_.make_directory(path); }
  result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
  result<void> rename(const std::string& from, const std::string& to) override {
    return disk_.rename(from, to);
  }
  result<void> remove(const std::string& path) override { return disk_.remove(path); }
  result<void> sync_directory(const std::string& path) override { return disk_.sync_directory(path); }
  result<std::unique_ptr<file_lock>> lock(const std::string& path, std::string_view holder) override {
    return disk_.lock(path, holder);
  }
  result<std::optional<std::string>> lock_holder(const std::string& path) override {
    return disk_.lock_holder(path);
  }

private:
  storage& disk_;
  const std::size_t files_max_;
  std::mutex mutex_; // guards: held_
  std::map<std::string, std::shared_ptr<file>> held_;
};

} // namespace tallyman::journal
