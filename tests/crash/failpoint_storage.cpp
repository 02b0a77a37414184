#include "crash/failpoint_storage.hpp"

#include "journal/record.hpp"

#include <signal.h>
#include <unistd.h>

namespace tallyman::journal::testing {

namespace {

class failpoint_file final : public file {
public:
  failpoint_file(failpoint_storage& storage, std::unique_ptr<file> inner, bool direct)
      : storage_(storage), inner_(std::move(inner)), part_bytes_(direct ? block_bytes : 1) {}

  result<std::size_t> read_at(std::uint64_t offset, void* into, std::size_t size) override {
    return inner_->read_at(offset, into, size);
  }
  result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    // What is cut is in whole blocks where the file system must have them.
    const auto half = bytes.substr(0, bytes.size() / 2 / part_bytes_ * part_bytes_);
    return storage_.pass([&] { return inner_->write_at(offset, bytes); },
                         [&] { (void)inner_->write_at(offset, half); });
  }
  result<void> sync() override {
    return storage_.pass([&] { return inner_->sync(); }, [] {});
  }
  result<std::uint64_t> size() override { return inner_->size(); }
  result<void> forget_cache() override { return inner_->forget_cache(); }
  const std::string& path() const override { return inner_->path(); }

private:
  failpoint_storage& storage_;
  std::unique_ptr<file> inner_;
  std::size_t part_bytes_;
};

} // namespace

failpoint_storage::failpoint_storage(storage& disk, std::uint64_t nth, kill_moment moment)
    : disk_(disk), nth_(nth), moment_(moment) {}

void failpoint_storage::die() {
  ::kill(::getpid(), SIGKILL);
  ::pause();
  ::_exit(99);
}

result<std::unique_ptr<file>> failpoint_storage::open(const std::string& path, open_mode mode) {
  const bool creates = mode == open_mode::create || mode == open_mode::create_direct;
  const bool direct = mode == open_mode::direct || mode == open_mode::create_direct;
  const auto call = [&] { return disk_.open(path, mode); };
  auto opened = creates ? pass(call, [] {}) : call();
  if (!opened)
    return opened;
  return std::unique_ptr<file>(std::make_unique<failpoint_file>(*this, std::move(*opened), direct));
}

result<void> failpoint_storage::make_directory(const std::string& path) {
  return disk_.make_directory(path);
}

result<std::vector<std::string>> failpoint_storage::list(const std::string& path) {
  return disk_.list(path);
}

result<bool> failpoint_storage::exists(const std::string& path) {
  return disk_.exists(path);
}

result<void> failpoint_storage::rename(const std::string& from, const std::string& to) {
  return pass([&] { return disk_.rename(from, to); }, [] {});
}

result<void> failpoint_storage::remove(const std::string& path) {
  return pass([&] { return disk_.remove(path); }, [] {});
}

result<void> failpoint_storage::sync_directory(const std::string& path) {
  return pass([&] { return disk_.sync_directory(path); }, [] {});
}

result<std::unique_ptr<file_lock>> failpoint_storage::lock(const std::string& path, std::string_view holder) {
  return disk_.lock(path, holder);
}

result<std::optional<std::string>> failpoint_storage::lock_holder(const std::string& path) {
  return disk_.lock_holder(path);
}

} // namespace tallyman::journal::testing
