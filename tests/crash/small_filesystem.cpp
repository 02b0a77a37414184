#include "crash/small_filesystem.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace tallyman::journal::testing {

namespace {

bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

} // namespace

std::optional<small_filesystem> small_filesystem::mount(kind of, std::uint64_t bytes) {
  std::string folder = (std::filesystem::temp_directory_path() / "tallyman-small-XXXXXX").string();
  if (::geteuid() != 0 || ::mkdtemp(folder.data()) == nullptr)
    return std::nullopt;
  const std::string place = folder + "/mounted";
  const std::string image = folder + "/image";
  std::filesystem::create_directory(place);
  const std::string size = std::to_string(bytes);
  const bool mounted =
      of == kind::tmpfs ? run("mount -t tmpfs -o size=" + size + " tmpfs " + place)
                        : run("truncate -s " + size + " " + image + " && mkfs.ext4 -q -F -b 4096 -J size=4 " +
                              image + " && mount -o loop " + image + " " + place);
  if (mounted)
    return small_filesystem(folder, place);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return std::nullopt;
}

small_filesystem::small_filesystem(small_filesystem&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), path_(std::move(other.path_)) {}

small_filesystem::~small_filesystem() {
  if (folder_.empty())
    return;
  run("umount " + path_ + " || umount -l " + path_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

} // namespace tallyman::journal::testing
