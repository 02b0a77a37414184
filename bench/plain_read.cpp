#include "bench/plain_read.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace tallyman::bench {

namespace {

std::vector<std::string> files_below(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{directory})
    if (entry.is_regular_file())
      found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace

read_figures read_files(const std::string& directory) {
  read_figures figures;
  std::vector<char> piece(std::size_t{1} << 20);
  const stopwatch since;
  for (const auto& path : files_below(directory)) {
    const auto file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    for (ssize_t got = 0; (got = read(file, piece.data(), piece.size())) > 0;)
      figures.bytes += static_cast<std::uint64_t>(got);
    close(file);
  }
  figures.spent = since.elapsed();
  return figures;
}

void forget_files(const std::string& directory) {
  for (const auto& path : files_below(directory)) {
    const auto file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    fdatasync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
}

} // namespace tallyman::bench
