#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tallyman::journal::testing {

/// A file system of its own that is soon full: ext4 in a file, or a tmpfs, whichever the machine allows.
/// Mounting needs root; unmounted and removed by the destructor.
class small_filesystem {
public:
  enum class kind : std::uint8_t { ext4, tmpfs };

  /// Nothing if it cannot be had here.
  static std::optional<small_filesystem> mount(kind of, std::uint64_t bytes);

  ~small_filesystem();
  small_filesystem(small_filesystem&& other) noexcept;
  small_filesystem& operator=(small_filesystem&&) = delete;

  const std::string& path() const { return path_; }

private:
  small_filesystem(std::string folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}

  std::string folder_; ///< holds the image and the mount point; empty once moved from
  std::string path_;
};

} // namespace tallyman::journal::testing
