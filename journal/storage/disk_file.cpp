#include "journal/storage/disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tallyman::journal {

error system_failure(std::string_view call, std::string_view path, int number) {
  std::string what =
      std::string(call) + " " + std::string(path) + ": " + std::generic_category().message(number);
  if (number == ENOSPC || number == EDQUOT)
    what += "; free some space and start again, nothing acknowledged is lost";
  return {error_kind::io, std::move(what)};
}

disk_file::~disk_file() {
  ::close(descriptor_);
}

error disk_file::failed(std::string_view call, std::uint64_t offset) const {
  const int number = errno;
  return system_failure(call, path_ + " at " + std::to_string(offset), number);
}

result<std::size_t> disk_file::read_at(std::uint64_t offset, void* into, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto got =
        ::pread(descriptor_, static_cast<char*>(into) + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failed("read", offset + done);
    if (got == 0)
      break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

result<void> disk_file::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR)
      continue;
    if (put == 0)
      errno = ENOSPC;
    if (put <= 0)
      return failed("write", offset);
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

result<void> disk_file::sync() {
  // EINTR is an error here like any other: whether the pages got out is unknown (FORMAT.md, promise 4).
  if (::fdatasync(descriptor_) != 0)
    return system_failure("fdatasync", path_, errno);
  return {};
}

result<std::uint64_t> disk_file::size() {
  struct stat facts;
  if (::fstat(descriptor_, &facts) != 0)
    return system_failure("fstat", path_, errno);
  return static_cast<std::uint64_t>(facts.st_size);
}

result<void> disk_file::forget_cache() {
  const int number = ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
  if (number != 0)
    return system_failure("fadvise", path_, number);
  return {};
}

} // namespace tallyman::journal
