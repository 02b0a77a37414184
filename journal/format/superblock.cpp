#include "journal/format/superblock.hpp"

#include "base/invariant.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/failure.hpp"

#include <array>
#include <optional>
#include <vector>

namespace tallyman::journal {

namespace {

constexpr std::uint64_t superblock_magic = 0x31525055534c5954; // "TYLSUPR1"
constexpr std::size_t cluster_offset = 72;
constexpr std::size_t retired_offset = 328;
constexpr unsigned slot_count = 2;

using slot_bytes = std::array<std::byte, block_bytes>;

std::string path_in(const std::string& directory) {
  return directory + "/superblock";
}

slot_bytes encode(const superblock& block) {
  invariant(block.cluster.size() <= cluster_bytes_max && "cluster name was not checked");
  slot_bytes slot{};
  field_writer fields(slot.data());
  fields.put(superblock_magic);
  fields.put(block.version());
  fields.put(static_cast<std::uint32_t>(block.cluster.size()));
  fields.put(block.id.high);
  fields.put(block.id.low);
  fields.put(block.counter);
  fields.put(block.newest_segment);
  fields.put(block.newest_snapshot);
  fields.put(block.durable_sequence);
  fields.put(block.durable_batch);
  std::memcpy(slot.data() + cluster_offset, block.cluster.data(), block.cluster.size());
  field_writer late(slot.data() + retired_offset);
  late.put(block.retired_before);
  late.put(block.content_version);
  field_writer(slot.data() + checksum_offset).put(checksum(as_text(slot.data(), checksum_offset)));
  return slot;
}

/// A process that was killed may have left a slot in the page cache only. Writing the other one then would
/// leave both to chance.
result<void> settle(file& opened) {
  if (auto synced = opened.sync(); !synced)
    return synced;
  return opened.forget_cache();
}

struct decoded_slot {
  std::uint32_t version = 0;
  superblock block;
};

std::optional<decoded_slot> decode(std::string_view slot) {
  field_reader fields(slot.data());
  if (slot.size() < block_bytes || fields.get<std::uint64_t>() != superblock_magic)
    return std::nullopt;
  if (checksum(slot.substr(0, checksum_offset)) !=
      field_reader(slot.data() + checksum_offset).get<std::uint64_t>())
    return std::nullopt;
  decoded_slot found;
  found.version = fields.get<std::uint32_t>();
  const auto cluster_bytes = fields.get<std::uint32_t>();
  if (cluster_bytes > cluster_bytes_max)
    return std::nullopt;
  found.block.id.high = fields.get<std::uint64_t>();
  found.block.id.low = fields.get<std::uint64_t>();
  found.block.counter = fields.get<std::uint64_t>();
  found.block.newest_segment = fields.get<std::uint64_t>();
  found.block.newest_snapshot = fields.get<std::uint64_t>();
  found.block.durable_sequence = fields.get<std::uint64_t>();
  found.block.durable_batch = fields.get<std::uint64_t>();
  field_reader late(slot.data() + retired_offset);
  found.block.retired_before = late.get<std::uint64_t>();
  found.block.content_version = late.get<std::uint64_t>();
  found.block.cluster = slot.substr(cluster_offset, cluster_bytes);
  return found;
}

} // namespace

result<std::unique_ptr<superblock_file>> superblock_file::create(storage& disk, const std::string& directory,
                                                                 const superblock& first) {
  const std::string temporary = path_in(directory) + ".tmp";
  auto opened = disk.open(temporary, open_mode::create);
  if (!opened)
    return opened.failure();
  // A block of zeros is not a valid slot, so the second one starts out invalid.
  const slot_bytes empty{};
  if (auto written = (*opened)->write_at(block_bytes, as_text(empty.data(), empty.size())); !written)
    return written.failure();
  std::unique_ptr<superblock_file> made(new superblock_file(std::move(*opened)));
  if (auto written = made->write(first); !written)
    return written.failure();
  if (auto renamed = disk.rename(temporary, path_in(directory)); !renamed)
    return renamed.failure();
  if (auto synced = disk.sync_directory(directory); !synced)
    return synced.failure();
  return made;
}

result<std::unique_ptr<superblock_file>> superblock_file::open(storage& disk, const std::string& directory,
                                                               open_mode mode) {
  const std::string path = path_in(directory);
  auto opened = disk.open(path, mode);
  if (!opened)
    return opened.failure();
  if (mode == open_mode::read_write)
    if (auto settled = settle(**opened); !settled)
      return settled.failure();
  std::vector<char> bytes(slot_count * block_bytes);
  auto got = (*opened)->read_at(0, bytes.data(), bytes.size());
  if (!got)
    return got.failure();
  std::unique_ptr<superblock_file> made(new superblock_file(std::move(*opened)));
  bool found = false;
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    const std::string_view stored(bytes.data() + slot * block_bytes, block_bytes);
    const bool is_whole = (slot + 1) * block_bytes <= *got;
    const auto decoded = is_whole ? decode(stored) : std::nullopt;
    if (!decoded) {
      // The second one of a new journal is zeros.
      if (!is_whole || !all_zero(stored))
        made->spoiled_slot_ = slot;
      continue;
    }
    if (decoded->version > format_version)
      return too_new_failure(path, "a journal", decoded->version);
    if (found && decoded->block.counter < made->current_.counter)
      continue;
    found = true;
    made->current_ = decoded->block;
    made->current_slot_ = slot;
  }
  if (!found)
    return damage_of(path, "neither slot is valid; restore the file from a copy, or salvage");
  return made;
}

superblock superblock_file::current() const {
  const std::lock_guard guard(mutex_);
  return current_;
}

result<void> superblock_file::write(superblock next) {
  const unsigned slot = (current_slot_ + 1) % slot_count;
  const slot_bytes bytes = encode(next);
  if (auto written = file_->write_at(slot * block_bytes, as_text(bytes.data(), bytes.size())); !written)
    return written;
  if (auto synced = file_->sync(); !synced)
    return synced;
  current_ = std::move(next);
  current_slot_ = slot;
  return {};
}

} // namespace tallyman::journal
