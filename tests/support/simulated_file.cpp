#include "support/simulated_file.hpp"

#include "base/invariant.hpp"
#include "journal/format/format.hpp"

#include <algorithm>
#include <cstring>

namespace tallyman::journal {

error simulated_failure(std::string_view call, const std::string& path, std::string_view reason) {
  return {error_kind::io, std::string(call) + " " + path + ": " + std::string(reason) + " (simulated)"};
}

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t sector_bytes = 512;

/// Copies one page, or what there is of it.
void copy_page(const std::string& from, std::string& to, std::size_t page) {
  const std::size_t begin = page * page_bytes;
  if (begin >= from.size())
    return;
  const std::size_t size = std::min(page_bytes, from.size() - begin);
  to.replace(begin, size, from, begin, size);
}

} // namespace

// -- simulated_file --------------------------------------------------------------------------------------

simulated_file::simulated_file(simulated_storage& disk, std::shared_ptr<simulated_storage::inode> node,
                               std::string path, std::uint64_t generation, bool direct)
    : disk_(disk), node_(std::move(node)), path_(std::move(path)), generation_(generation), direct_(direct) {}

simulated_file::~simulated_file() = default;

result<std::size_t> simulated_file::read_at(std::uint64_t offset, void* into, std::size_t size) {
  const std::lock_guard guard(disk_.mutex_);
  if (auto dead = disk_.enter("read", path_, generation_))
    return *dead;
  if (simulated_storage::strikes(disk_.read_countdown_))
    return simulated_failure("read", path_ + " at " + std::to_string(offset), "Input/output error");
  return disk_.read(*node_, offset, into, size);
}

result<void> simulated_file::write_at(std::uint64_t offset, std::string_view bytes) {
  const auto aligned = [](std::uint64_t value) { return value % block_bytes == 0; };
  invariant((!direct_ || (aligned(offset) && aligned(bytes.size()) &&
                          aligned(reinterpret_cast<std::uintptr_t>(bytes.data())))) &&
            "a disk refuses such a direct write");
  const std::lock_guard guard(disk_.mutex_);
  if (auto dead = disk_.enter("write", path_, generation_))
    return *dead;
  return disk_.write(*node_, path_, offset, bytes);
}

result<void> simulated_file::sync() {
  const std::lock_guard guard(disk_.mutex_);
  if (auto dead = disk_.enter("fdatasync", path_, generation_))
    return *dead;
  return disk_.sync(*node_, path_);
}

result<std::uint64_t> simulated_file::size() {
  const std::lock_guard guard(disk_.mutex_);
  if (auto dead = disk_.enter("fstat", path_, generation_))
    return *dead;
  return static_cast<std::uint64_t>(node_->cached.size());
}

result<void> simulated_file::forget_cache() {
  const std::lock_guard guard(disk_.mutex_);
  if (auto dead = disk_.enter("fadvise", path_, generation_))
    return *dead;
  for (const std::size_t page : node_->lost)
    copy_page(node_->durable, node_->cached, page);
  node_->lost.clear();
  return {};
}

simulated_lock::~simulated_lock() {
  const std::lock_guard guard(disk_.mutex_);
  if (generation_ == disk_.generation_)
    disk_.locks_.erase(path_);
}

// -- what simulated_storage does to a file ---------------------------------------------------------------

result<std::size_t> simulated_storage::read(inode& node, std::uint64_t offset, void* into, std::size_t size) {
  if (offset >= node.cached.size())
    return std::size_t{0};
  const std::size_t count = std::min<std::uint64_t>(size, node.cached.size() - offset);
  std::memcpy(into, node.cached.data() + offset, count);
  return count;
}

result<void> simulated_storage::write(inode& node, const std::string& path, std::uint64_t offset,
                                      std::string_view bytes) {
  const bool going = change_begins();
  const bool struck = strikes(write_countdown_);
  const bool lost = strikes(lose_countdown_);
  if (strikes(misdirect_countdown_))
    offset = astray(node, offset, bytes.size());
  std::size_t count = bytes.size();
  if (!going || struck)
    count = random_() % (bytes.size() + 1);
  const std::uint64_t growth = offset + count > node.cached.size() ? offset + count - node.cached.size() : 0;
  const std::uint64_t room = capacity_ ? (used() < *capacity_ ? *capacity_ - used() : 0) : growth;
  const bool full = growth > room;
  if (full)
    count -= std::min<std::size_t>(count, growth - room);
  if (offset + count > node.cached.size()) {
    node.cached.resize(offset + count);
    node.durable.resize(offset + count);
  }
  node.cached.replace(offset, count, bytes.substr(0, count));
  for (std::size_t page = offset / page_bytes; count != 0 && page <= (offset + count - 1) / page_bytes;
       ++page) {
    (lost ? node.lost : node.dirty).insert(page);
    (lost ? node.dirty : node.lost).erase(page);
  }
  const std::string where = path + " at " + std::to_string(offset + count);
  if (!going || struck)
    return simulated_failure("write", where, "Input/output error");
  if (full)
    return simulated_failure("write", where, "No space left on device");
  return {};
}

/// Another block of the file that has room for the write; the same one if there is none.
std::uint64_t simulated_storage::astray(const inode& node, std::uint64_t offset, std::size_t size) {
  const std::uint64_t blocks = (node.cached.size() - std::min(node.cached.size(), size)) / block_bytes;
  const std::uint64_t other = blocks == 0 ? offset : random_() % (blocks + 1) * block_bytes;
  return offset % block_bytes == 0 ? other : offset;
}

result<void> simulated_storage::sync(inode& node, const std::string& path) {
  if (!change_begins())
    return simulated_failure("fdatasync", path, "the process was stopped");
  if (strikes(sync_countdown_)) {
    node.lost.insert(node.dirty.begin(), node.dirty.end());
    node.dirty.clear();
    return simulated_failure("fdatasync", path, "Input/output error");
  }
  for (const std::size_t page : node.dirty)
    copy_page(node.cached, node.durable, page);
  node.dirty.clear();
  return {};
}

/// Each un-synced sector may be there, not be there, be zero, or be garbage.
void simulated_storage::keep_subset(inode& node) {
  std::set<std::size_t> open = node.dirty;
  open.insert(node.lost.begin(), node.lost.end());
  for (const std::size_t page : open)
    for (std::size_t at = page * page_bytes; at < (page + 1) * page_bytes && at < node.cached.size();
         at += sector_bytes) {
      const std::size_t size = std::min(sector_bytes, node.cached.size() - at);
      switch (random_() % 8) {
      case 0:
        node.durable.replace(at, size, size, '\0');
        break;
      case 1:
        for (std::size_t i = 0; i < size; ++i)
          node.durable[at + i] = static_cast<char>(random_());
        break;
      case 2:
      case 3:
        break;
      default:
        node.durable.replace(at, size, node.cached, at, size);
      }
    }
}

} // namespace tallyman::journal
