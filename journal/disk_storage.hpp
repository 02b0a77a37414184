#pragma once

#include "journal/storage/storage.hpp"

namespace tallyman::journal {

/// The real file system. Interrupted and short calls are repeated; every other failure becomes an error
/// that names call, path, offset and reason. Stateless and thread-safe.
///
/// The lock is an open-file-description lock (fcntl F_OFD_SETLK): like flock it goes when the process dies,
/// and unlike flock it can be probed without being taken, so readers never keep a writer from starting.
class disk_storage final : public storage {
public:
  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  result<void> make_directory(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& path) override;
  result<bool> exists(const std::string& path) override;
  result<void> rename(const std::string& from, const std::string& to) override;
  result<void> remove(const std::string& path) override;
  result<void> sync_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path, std::string_view holder) override;
  result<std::optional<std::string>> lock_holder(const std::string& path) override;
};

} // namespace tallyman::journal
