#include "journal/disk_storage.hpp"

#include "journal/format/failure.hpp"
#include "journal/storage/disk_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace tallyman::journal {

namespace {

int open_retrying(const std::string& path, int flags) {
  int descriptor;
  do
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

/// Refuses a pipe, a device or a folder under the name of a file: a read of it may wait for ever. O_NONBLOCK,
/// which regular files ignore, keeps the opening of a pipe from waiting.
result<std::unique_ptr<disk_file>> open_file(const std::string& path, int flags) {
  int descriptor = open_retrying(path, flags | O_NONBLOCK);
  // A file system that must have its page cache says so here.
  if (descriptor < 0 && errno == EINVAL && (flags & O_DIRECT) != 0)
    descriptor = open_retrying(path, (flags & ~O_DIRECT) | O_NONBLOCK);
  if (descriptor < 0)
    return system_failure("open", path, errno);
  auto opened = std::make_unique<disk_file>(descriptor, path);
  struct stat facts;
  if (::fstat(descriptor, &facts) != 0)
    return system_failure("fstat", path, errno);
  if (!S_ISREG(facts.st_mode))
    return damage_of(path, "is no regular file but a folder, a pipe or a device; put back what was there");
  return opened;
}

int flags_of(open_mode mode) {
  switch (mode) {
  case open_mode::read:
    return O_RDONLY;
  case open_mode::read_write:
    return O_RDWR;
  case open_mode::direct:
    return O_RDWR | O_DIRECT;
  case open_mode::create:
    return O_RDWR | O_CREAT | O_TRUNC;
  case open_mode::create_direct:
    return O_RDWR | O_CREAT | O_TRUNC | O_DIRECT;
  }
  return O_RDONLY;
}

struct flock whole_file_write_lock() {
  struct flock request = {};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  return request;
}

std::string text_of(file& opened) {
  char text[64];
  auto got = opened.read_at(0, text, sizeof text);
  return got && *got != 0 ? std::string(text, *got) : std::string("unknown");
}

/// Keeps the locked descriptor open; closing it is what unlocks.
class held_lock final : public file_lock {
public:
  explicit held_lock(std::unique_ptr<disk_file> locked) : locked_(std::move(locked)) {}

private:
  std::unique_ptr<disk_file> locked_;
};

} // namespace

result<std::unique_ptr<file>> disk_storage::open(const std::string& path, open_mode mode) {
  auto opened = open_file(path, flags_of(mode));
  if (!opened)
    return opened.failure();
  return std::unique_ptr<file>(std::move(*opened));
}

result<void> disk_storage::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST)
    return system_failure("mkdir", path, errno);
  return {};
}

result<std::vector<std::string>> disk_storage::list(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) {
    if (errno == ENOENT)
      return names;
    return system_failure("opendir", path, errno);
  }
  // Before each call: an allocation that succeeded at its second try leaves ENOMEM behind.
  int number = 0;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory);
    number = errno;
    if (entry == nullptr)
      break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      names.emplace_back(name);
  }
  ::closedir(directory);
  if (number != 0)
    return system_failure("readdir", path, number);
  std::sort(names.begin(), names.end());
  return names;
}

result<bool> disk_storage::exists(const std::string& path) {
  struct stat facts;
  if (::stat(path.c_str(), &facts) == 0)
    return true;
  if (errno == ENOENT)
    return false;
  return system_failure("stat", path, errno);
}

result<void> disk_storage::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    return system_failure("rename", from + " to " + to, errno);
  return {};
}

result<void> disk_storage::remove(const std::string& path) {
  if (std::remove(path.c_str()) != 0 && errno != ENOENT)
    return system_failure("remove", path, errno);
  return {};
}

result<void> disk_storage::sync_directory(const std::string& path) {
  const int descriptor = open_retrying(path, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0)
    return system_failure("open", path, errno);
  const int outcome = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  if (outcome != 0)
    return system_failure("fsync", path, number);
  return {};
}

result<std::unique_ptr<file_lock>> disk_storage::lock(const std::string& path, std::string_view holder) {
  auto opened = open_file(path, O_RDWR | O_CREAT);
  if (!opened)
    return opened.failure();
  const int descriptor = (*opened)->descriptor();
  struct flock request = whole_file_write_lock();
  if (::fcntl(descriptor, F_OFD_SETLK, &request) != 0) {
    if (errno != EAGAIN && errno != EACCES)
      return system_failure("lock", path, errno);
    return error{error_kind::busy, path + " is held by process " + text_of(**opened) +
                                       ", which writes this journal; stop it first"};
  }
  if (::ftruncate(descriptor, 0) != 0)
    return system_failure("ftruncate", path, errno);
  if (auto written = (*opened)->write_at(0, holder); !written)
    return written.failure();
  return std::unique_ptr<file_lock>(std::make_unique<held_lock>(std::move(*opened)));
}

result<std::optional<std::string>> disk_storage::lock_holder(const std::string& path) {
  if (auto there = exists(path); !there || !*there)
    return there ? result<std::optional<std::string>>(std::nullopt) : there.failure();
  auto opened = open_file(path, O_RDONLY);
  if (!opened)
    return opened.failure();
  struct flock request = whole_file_write_lock();
  if (::fcntl((*opened)->descriptor(), F_OFD_GETLK, &request) != 0)
    return system_failure("lock", path, errno);
  if (request.l_type == F_UNLCK)
    return std::optional<std::string>();
  return std::optional<std::string>(text_of(**opened));
}

} // namespace tallyman::journal
