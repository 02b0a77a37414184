#include "journal/upkeep/held_files.hpp"

#include "journal/format/segment.hpp"
#include "journal/snapshot/snapshot_store.hpp"

#include <sys/resource.h>

namespace tallyman::journal {

namespace {

std::size_t quarter_of_descriptors() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  return static_cast<std::size_t>(limit.rlim_cur / 4);
}

bool may_be_removed(const std::string& path) {
  return path.ends_with(segment_suffix) || path.ends_with(snapshot_suffix);
}

/// One of those who read a file that is held.
class shared_file final : public file {
public:
  explicit shared_file(std::shared_ptr<file> held) : held_(std::move(held)) {}

  result<std::size_t> read_at(std::uint64_t offset, void* into, std::size_t size) override {
    return held_->read_at(offset, into, size);
  }
  result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    return held_->write_at(offset, bytes);
  }
  result<void> sync() override { return held_->sync(); }
  result<std::uint64_t> size() override { return held_->size(); }
  result<void> forget_cache() override { return held_->forget_cache(); }
  const std::string& path() const override { return held_->path(); }

private:
  std::shared_ptr<file> held_;
};

} // namespace

held_files::held_files(storage& disk) : held_files(disk, quarter_of_descriptors()) {}

result<std::unique_ptr<file>> held_files::open(const std::string& path, open_mode mode) {
  if (mode != open_mode::read || !may_be_removed(path))
    return disk_.open(path, mode);
  const std::lock_guard guard(mutex_);
  if (const auto found = held_.find(path); found != held_.end())
    return std::unique_ptr<file>(std::make_unique<shared_file>(found->second));
  auto opened = disk_.open(path, mode);
  if (!opened || held_.size() >= files_max_)
    return opened;
  std::shared_ptr<file> held = std::move(*opened);
  held_.emplace(path, held);
  return std::unique_ptr<file>(std::make_unique<shared_file>(std::move(held)));
}

result<bool> held_files::exists(const std::string& path) {
  {
    const std::lock_guard guard(mutex_);
    if (held_.count(path) != 0)
      return true;
  }
  return disk_.exists(path);
}

} // namespace tallyman::journal
