#include "journal/upkeep/salvage_write.hpp"

#include "journal/format/failure.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/write/creation.hpp"

#include <algorithm>

namespace tallyman::journal {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

/// Copies [begin, end) to the same place.
result<void> copy_range(file& from, file& to, std::uint64_t begin, std::uint64_t end, bool lenient) {
  std::vector<char> buffer(lenient ? block_bytes : piece_bytes);
  for (std::uint64_t at = begin; at < end;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
    auto got = from.read_at(at, buffer.data(), wanted);
    if (!got && !lenient)
      return got.failure();
    if (got && *got != wanted)
      return damage_at(from.path(), at + *got, "the file became shorter");
    if (!got)
      std::fill(buffer.begin(), buffer.end(), '\0');
    if (auto written = to.write_at(at, {buffer.data(), wanted}); !written)
      return written;
    at += wanted;
  }
  return {};
}

segment_header header_of(const sound_piece& piece) {
  segment_header header = piece.segment.header;
  header.first_offset = piece.begin;
  header.first_batch = piece.first_batch;
  header.first_sequence = piece.first_sequence;
  header.previous_chain = piece.previous_chain;
  return header;
}

result<void> write_piece(storage& disk, const std::string& to, const sound_piece& piece) {
  const segment_header header = header_of(piece);
  auto source = disk.open(piece.segment.path, open_mode::read);
  if (!source)
    return source.failure();
  const std::string temporary = segments_directory(to) + "/spare-" + std::to_string(header.number);
  {
    auto made = make_zero_filled(disk, temporary, header.bytes);
    if (!made)
      return made.failure();
  }
  auto target = disk.open(temporary, open_mode::read_write);
  if (!target)
    return target.failure();
  if (auto copied = copy_range(**source, **target, piece.begin, piece.end, false); !copied)
    return copied;
  if (auto written = write_segment_header(**target, header); !written)
    return written;
  return disk.rename(temporary, segment_path(to, header.first_sequence));
}

} // namespace

result<void> copy_file(storage& disk, const std::string& from, const std::string& to, bool lenient) {
  auto source = disk.open(from, open_mode::read);
  if (!source)
    return source.failure();
  auto size = (*source)->size();
  if (!size)
    return size.failure();
  auto target = disk.open(to, open_mode::create);
  if (!target)
    return target.failure();
  if (auto copied = copy_range(**source, **target, 0, *size, lenient); !copied)
    return copied;
  return (*target)->sync();
}

result<void> write_salvaged(storage& disk, const std::string& from, const std::string& to,
                            const std::vector<sound_piece>& run, const std::vector<std::uint64_t>& snapshots,
                            superblock block) {
  for (const sound_piece& piece : run)
    if (auto written = write_piece(disk, to, piece); !written)
      return written;
  for (const std::uint64_t sequence : snapshots)
    if (auto copied = copy_file(disk, snapshot_path(from, sequence), snapshot_path(to, sequence), false);
        !copied)
      return copied;
  for (const std::string& folder : {segments_directory(to), snapshots_directory(to)})
    if (auto synced = disk.sync_directory(folder); !synced)
      return synced;
  const sound_piece& newest = run.back();
  block.counter = 1;
  block.newest_segment = newest.segment.header.number;
  block.newest_snapshot = snapshots.empty() ? 0 : snapshots.back();
  block.durable_sequence = newest.next_sequence - 1;
  block.durable_batch = newest.last_batch;
  block.retired_before = run.front().first_batch == 1 ? 0 : run.front().first_sequence;
  auto created = superblock_file::create(disk, to, block);
  if (!created)
    return created.failure();
  return {};
}

} // namespace tallyman::journal
