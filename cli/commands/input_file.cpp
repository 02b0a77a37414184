#include "cli/commands/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tallyman::cli {

namespace {

constexpr std::string_view standard_input = "-";
constexpr std::string_view gzip_magic = "\x1f\x8b";

error refused(error_kind kind, const std::string& path, const std::string& advice) {
  return {kind, path + ": " + std::strerror(errno) + advice};
}

// Only a regular file may be opened twice: with a pipe, its writer would notice.
bool is_compressed(const std::string& path) {
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  std::array<char, gzip_magic.size()> start{};
  const auto got = ::read(descriptor, start.data(), start.size());
  ::close(descriptor);
  return got == static_cast<ssize_t>(start.size()) &&
         std::string_view{start.data(), start.size()} == gzip_magic;
}

result<void> check_input(const std::string& path) {
  constexpr auto advice = "; nothing was ingested";
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return refused(error_kind::usage, path, advice);
  if (S_ISDIR(status.st_mode))
    return error{error_kind::usage, path + ": is a directory; name the files in it"};
  if (::access(path.c_str(), R_OK) != 0)
    return refused(error_kind::usage, path, advice);
  if (S_ISREG(status.st_mode) && is_compressed(path))
    return error{error_kind::bad_input,
                 path + ": is compressed; use `zcat " + path + " | tallyman ingest --data DIR -`"};
  return {};
}

} // namespace

result<void> check_inputs(const std::vector<std::string>& paths) {
  if (std::count(paths.begin(), paths.end(), standard_input) > 1)
    return error{error_kind::usage, "standard input (-) can be read only once"};
  for (const auto& path : paths)
    if (path != standard_input)
      if (auto checked = check_input(path); !checked)
        return checked;
  return {};
}

input_file::input_file(int descriptor, std::string name, std::size_t chunk_bytes, const stop_signal& stop)
    : descriptor_(descriptor), name_(std::move(name)), chunk_(chunk_bytes), stop_(&stop) {
  struct stat status {};
  may_wait_ = ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode);
}

input_file::input_file(input_file&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)),
      chunk_(std::move(other.chunk_)), stop_(other.stop_), may_wait_(other.may_wait_) {}

input_file::~input_file() {
  if (descriptor_ > STDIN_FILENO)
    ::close(descriptor_);
}

result<input_file> input_file::open(const std::string& path, std::size_t chunk_bytes,
                                    const stop_signal& stop) {
  if (path == standard_input)
    return input_file{STDIN_FILENO, "standard input", chunk_bytes, stop};
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return refused(error_kind::io, path, "; what stood in front of it is ingested");
  return input_file{descriptor, path, chunk_bytes, stop};
}

result<std::string_view> input_file::read() {
  for (;;) {
    if (may_wait_ ? !stop_->wait_readable(descriptor_) : stop_->received() != 0)
      return std::string_view{};
    const auto got = ::read(descriptor_, chunk_.data(), chunk_.size());
    if (got >= 0)
      return std::string_view{chunk_.data(), static_cast<std::size_t>(got)};
    if (errno != EINTR && errno != EAGAIN)
      return refused(error_kind::io, name_, "; what was read before it is ingested");
  }
}

} // namespace tallyman::cli
