#include "journal/format/segment.hpp"

#include "journal/format/checksum.hpp"
#include "journal/format/failure.hpp"

#include <algorithm>
#include <array>

namespace tallyman::journal {

namespace {

constexpr std::uint64_t segment_magic = 0x314745534c5954; // "TYLSEG1\0"
constexpr std::size_t fill_bytes = std::size_t{1} << 20;
alignas(block_bytes) char zeros[fill_bytes]; ///< not const, or they would be a megabyte of the program's file

// Syncing the fill piece by piece keeps the disk's queue short, so the writer's own sync does not wait
// behind a whole segment of zeros.
constexpr std::uint64_t fill_sync_bytes = std::uint64_t{4} << 20;

using header_block = std::array<char, block_bytes>;

segment_header decode(const header_block& block) {
  field_reader fields(block.data() + 16);
  segment_header header;
  header.id.high = fields.get<std::uint64_t>();
  header.id.low = fields.get<std::uint64_t>();
  header.number = fields.get<std::uint64_t>();
  header.nonce = fields.get<std::uint64_t>();
  header.first_sequence = fields.get<std::uint64_t>();
  header.first_batch = fields.get<std::uint64_t>();
  header.previous_chain = fields.get<std::uint64_t>();
  header.bytes = fields.get<std::uint64_t>();
  if (const auto first_offset = fields.get<std::uint64_t>(); first_offset != 0)
    header.first_offset = first_offset;
  return header;
}

/// `id` unset: of any journal.
result<segment_entry> read_entry(storage& disk, const std::string& path, const std::optional<journal_id>& id,
                                 std::uint64_t first_sequence) {
  auto opened = disk.open(path, open_mode::read);
  if (!opened)
    return opened.failure();
  auto header = read_segment_header(**opened);
  if (!header)
    return header.failure();
  if (id && header->id != *id)
    return damage_of(path, "belongs to journal " + header->id.text() + ", this one is " + id->text());
  if (header->first_sequence != first_sequence)
    return damage_of(path, "starts with sequence " + std::to_string(header->first_sequence) +
                               ", its name says otherwise");
  return segment_entry{*header, path};
}

result<void> check_order(const std::vector<segment_entry>& found) {
  for (std::size_t i = 1; i < found.size(); ++i) {
    const segment_header& before = found[i - 1].header;
    const segment_header& header = found[i].header;
    if (header.number != before.number + 1)
      return damage_of(found[i].path, "is segment " + std::to_string(header.number) +
                                          " and follows segment " + std::to_string(before.number) +
                                          "; restore what is missing between them");
    if (header.first_batch <= before.first_batch)
      return damage_of(found[i].path, "starts with a batch number that is not higher than its predecessor's");
  }
  return {};
}

} // namespace

std::uint64_t bytes_of(const std::vector<segment_entry>& segments) noexcept {
  std::uint64_t bytes = 0;
  for (const segment_entry& segment : segments)
    bytes += segment.header.bytes;
  return bytes;
}

std::string segments_directory(const std::string& directory) {
  return directory + "/segments";
}

std::string segment_path(const std::string& directory, std::uint64_t first_sequence) {
  return segments_directory(directory) + "/" + sequence_name(first_sequence, segment_suffix);
}

std::uint64_t chain_seed(const journal_id& id) {
  std::array<std::byte, 16> bytes;
  field_writer fields(bytes.data());
  fields.put(id.high);
  fields.put(id.low);
  return checksum(as_text(bytes.data(), bytes.size()));
}

result<std::unique_ptr<file>> make_zero_filled(storage& disk, const std::string& path, std::uint64_t bytes) {
  // Past the page cache, as the batches will be written: no copying, and nothing to be thrown out again.
  auto opened = disk.open(path, open_mode::create_direct);
  if (!opened)
    return opened.failure();
  std::uint64_t unsynced = 0;
  for (std::uint64_t offset = 0; offset < bytes;) {
    const std::uint64_t piece = std::min<std::uint64_t>(fill_bytes, bytes - offset);
    if (auto written = (*opened)->write_at(offset, {zeros, piece}); !written)
      return written.failure();
    offset += piece;
    unsynced += piece;
    if (unsynced < fill_sync_bytes && offset < bytes)
      continue;
    unsynced = 0;
    if (auto synced = (*opened)->sync(); !synced)
      return synced.failure();
  }
  return disk.open(path, open_mode::read_write);
}

result<void> write_segment_header(file& into, const segment_header& header) {
  std::array<std::byte, block_bytes> block{};
  field_writer fields(block.data());
  fields.put(segment_magic);
  const bool plain = header.first_offset == block_bytes;
  fields.put(plain ? format_version_plain : format_version_cut);
  fields.put(static_cast<std::uint32_t>(block_bytes));
  fields.put(header.id.high);
  fields.put(header.id.low);
  fields.put(header.number);
  fields.put(header.nonce);
  fields.put(header.first_sequence);
  fields.put(header.first_batch);
  fields.put(header.previous_chain);
  fields.put(header.bytes);
  fields.put(plain ? std::uint64_t{0} : header.first_offset);
  field_writer(block.data() + checksum_offset).put(checksum(as_text(block.data(), checksum_offset)));
  if (auto written = into.write_at(0, as_text(block.data(), block.size())); !written)
    return written;
  return into.sync();
}

result<segment_header> read_segment_block(file& from) {
  header_block block;
  auto got = from.read_at(0, block.data(), block.size());
  if (!got)
    return got.failure();
  if (*got < block.size())
    return damage_at(from.path(), *got, "the segment ends inside its header");
  field_reader fields(block.data());
  if (fields.get<std::uint64_t>() != segment_magic)
    return damage_at(from.path(), 0, "this is not the header of a segment");
  if (checksum({block.data(), checksum_offset}) !=
      field_reader(block.data() + checksum_offset).get<std::uint64_t>())
    return damage_at(from.path(), 0, "the segment header does not match its checksum");
  if (const auto version = fields.get<std::uint32_t>(); version > format_version)
    return too_new_failure(from.path(), "a segment", version);
  if (fields.get<std::uint32_t>() != block_bytes)
    return damage_at(from.path(), 12, "the segment has another block size");
  const segment_header header = decode(block);
  if (header.first_offset < block_bytes || header.first_offset % block_bytes != 0 ||
      header.first_offset >= header.bytes)
    return damage_at(from.path(), 80, "the segment's first batch would be outside of it");
  return header;
}

result<segment_header> read_segment_header(file& from) {
  auto header = read_segment_block(from);
  if (!header)
    return header;
  auto size = from.size();
  if (!size)
    return size.failure();
  if (*size != header->bytes)
    return damage_of(from.path(), "is " + std::to_string(*size) + " bytes long, its header says " +
                                      std::to_string(header->bytes));
  return header;
}

result<std::vector<segment_entry>> list_segments(storage& disk, const std::string& directory,
                                                 const journal_id& id, std::uint64_t retired_before) {
  auto names = disk.list(segments_directory(directory));
  if (!names)
    return names.failure();
  std::vector<segment_entry> found;
  for (const std::string& name : *names) {
    const std::uint64_t first_sequence = sequence_of_name(name, segment_suffix);
    if (first_sequence == 0 || first_sequence < retired_before)
      continue;
    auto entry = read_entry(disk, segment_path(directory, first_sequence), id, first_sequence);
    if (!entry)
      return entry.failure();
    found.push_back(std::move(*entry));
  }
  if (auto ordered = check_order(found); !ordered)
    return ordered.failure();
  return found;
}

std::vector<segment_entry> segments_before_damage(storage& disk, const std::string& directory,
                                                  std::optional<journal_id> id,
                                                  std::uint64_t retired_before) {
  std::vector<segment_entry> found;
  const auto names = disk.list(segments_directory(directory));
  if (!names)
    return found;
  for (const std::string& name : *names) {
    const std::uint64_t first_sequence = sequence_of_name(name, segment_suffix);
    if (first_sequence == 0 || first_sequence < retired_before)
      continue;
    auto entry = read_entry(disk, segment_path(directory, first_sequence), id, first_sequence);
    if (!entry)
      break;
    id = entry->header.id;
    found.push_back(std::move(*entry));
    if (!check_order(found)) {
      found.pop_back();
      break;
    }
  }
  return found;
}

} // namespace tallyman::journal
