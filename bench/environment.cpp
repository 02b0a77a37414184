#include "bench/environment.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <thread>

namespace tallyman::bench {

namespace {

std::string name_of_file_system(long magic) {
  constexpr long xfs = 0x58465342, zfs = 0x2fc12fc1;
  switch (magic) {
  case EXT4_SUPER_MAGIC:
    return "ext4";
  case BTRFS_SUPER_MAGIC:
    return "btrfs";
  case OVERLAYFS_SUPER_MAGIC:
    return "overlayfs";
  case TMPFS_MAGIC:
    return "tmpfs";
  case xfs:
    return "xfs";
  case zfs:
    return "zfs";
  default:
    return fmt::format("{:#x}", magic);
  }
}

} // namespace

environment environment_of(const std::string& directory, unsigned threads) {
  environment found;
  const auto there = std::max(1u, std::thread::hardware_concurrency());
  found.cores = threads == 0 ? there : std::min(threads, there);
  struct statfs about {};
  found.file_system = statfs(directory.c_str(), &about) == 0 ? name_of_file_system(about.f_type) : "unknown";
  return found;
}

} // namespace tallyman::bench
