#include "journal/write/creation.hpp"

#include "journal/format/failure.hpp"
#include "journal/format/segment.hpp"
#include "journal/format/superblock.hpp"
#include "journal/log_seams.hpp"
#include "journal/snapshot/snapshot_store.hpp"

#include <sys/random.h>

namespace tallyman::journal {

namespace {

constexpr std::string_view default_cluster = "default";

/// Whether the file holds nothing behind its first block.
result<bool> holds_no_batch(storage& disk, const std::string& path) {
  auto opened = disk.open(path, open_mode::read);
  if (!opened)
    return opened.failure();
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::uint64_t offset = block_bytes;;) {
    auto got = (*opened)->read_at(offset, buffer.data(), buffer.size());
    if (!got)
      return got.failure();
    if (!all_zero({buffer.data(), *got}))
      return false;
    if (*got < buffer.size())
      return true;
    offset += *got;
  }
}

/// Removes what an interrupted creation left, once it is certain that it is no more than that.
result<void> clear_unfinished(storage& disk, const std::string& directory) {
  auto names = disk.list(segments_directory(directory));
  if (!names)
    return names.failure();
  if (auto right = check_unfinished(disk, directory); !right)
    return right;
  for (const std::string& name : *names)
    if (auto removed = disk.remove(segments_directory(directory) + "/" + name); !removed)
      return removed;
  return {};
}

result<void> create_first_segment(storage& disk, const std::string& directory, const log_options& options,
                                  const journal_id& id) {
  auto nonce = draw_random(options);
  if (!nonce)
    return nonce.failure();
  segment_header header;
  header.id = id;
  header.number = 1;
  header.nonce = *nonce;
  header.first_sequence = 1;
  header.first_batch = 1;
  header.previous_chain = chain_seed(id);
  header.bytes = segment_bytes_of(options, 1);
  const std::string temporary = segments_directory(directory) + "/spare-1";
  auto made = make_zero_filled(disk, temporary, header.bytes);
  if (!made)
    return made.failure();
  if (auto written = write_segment_header(**made, header); !written)
    return written;
  if (auto renamed = disk.rename(temporary, segment_path(directory, 1)); !renamed)
    return renamed;
  return disk.sync_directory(segments_directory(directory));
}

bool is_block_multiple(std::size_t bytes) {
  return bytes % block_bytes == 0;
}

} // namespace

result<void> check_options(const log_options& options) {
  if (options.cluster.size() > cluster_bytes_max)
    return usage_failure("the cluster name is longer than " + std::to_string(cluster_bytes_max) + " bytes");
  if (!is_block_multiple(options.batch_bytes_max) || options.batch_bytes_max < 2 * block_bytes ||
      options.batch_bytes_max > batch_bytes_limit)
    return usage_failure("batch_bytes_max must be a multiple of 4096 from 8192 to " +
                         std::to_string(batch_bytes_limit));
  // Header, an empty batch, one of definitions only, one with an event: so each segment holds an event, and
  // no two can have the same first sequence, their name.
  const std::size_t smallest = 2 * block_bytes + 2 * options.batch_bytes_max;
  if (!is_block_multiple(options.segment_bytes) || !is_block_multiple(options.segment_bytes_first) ||
      options.segment_bytes_first < smallest || options.segment_bytes < options.segment_bytes_first)
    return usage_failure(
        "segments must be multiples of 4096, hold two batches and two blocks, and not shrink");
  if (options.buffer_bytes_max < 2 * options.batch_bytes_max)
    return usage_failure("buffer_bytes_max must be at least two batches");
  if (options.read_only && options.create_if_missing)
    return usage_failure("a journal cannot be created read-only");
  return {};
}

result<std::uint64_t> draw_random(const log_options& options) {
  std::uint64_t drawn = 0;
  while (drawn == 0) {
    if (options.seams && options.seams->random)
      drawn = options.seams->random();
    else if (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
      return error{error_kind::io, "getrandom failed; a journal needs random numbers"};
  }
  return drawn;
}

std::uint64_t segment_bytes_of(const log_options& options, std::uint64_t number) {
  std::uint64_t bytes = options.segment_bytes_first;
  for (std::uint64_t i = 1; i < number && bytes < options.segment_bytes; ++i)
    bytes *= 4;
  return bytes < options.segment_bytes ? bytes : options.segment_bytes;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_not_of('/') == std::string::npos
                         ? std::string::npos
                         : path.find_last_of('/', path.find_last_not_of('/'));
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

result<void> make_directories(storage& disk, const std::string& directory) {
  if (auto made = disk.make_directory(directory); !made)
    return made;
  for (const char* name : {"/segments", "/snapshots", "/quarantine"})
    if (auto made = disk.make_directory(directory + name); !made)
      return made;
  if (auto synced = disk.sync_directory(directory); !synced)
    return synced;
  return disk.sync_directory(parent_of(directory));
}

result<void> check_unfinished(storage& disk, const std::string& directory) {
  constexpr const char* what_to_do = "; restore it from a copy, or salvage";
  auto snapshots = list_snapshots(disk, directory);
  if (!snapshots)
    return snapshots.failure();
  if (!snapshots->empty())
    return damage_of(directory + "/superblock",
                     std::string("is missing, but there are snapshots") + what_to_do);
  auto names = disk.list(segments_directory(directory));
  if (!names)
    return names.failure();
  for (const std::string& name : *names) {
    if (!name.ends_with(segment_suffix))
      continue;
    auto empty = holds_no_batch(disk, segments_directory(directory) + "/" + name);
    if (!empty)
      return empty.failure();
    if (!*empty)
      return damage_of(directory + "/superblock", "is missing, but " + name + " holds batches" + what_to_do);
  }
  return {};
}

result<void> create_journal(storage& disk, const std::string& directory, const log_options& options) {
  if (auto cleared = clear_unfinished(disk, directory); !cleared)
    return cleared;
  if (auto made = make_directories(disk, directory); !made)
    return made;
  auto high = draw_random(options);
  if (!high)
    return high.failure();
  auto low = draw_random(options);
  if (!low)
    return low.failure();
  superblock first;
  first.id = {*high, *low};
  first.counter = 1;
  first.newest_segment = 1;
  first.content_version = options.content_version;
  first.cluster = options.cluster.empty() ? default_cluster : options.cluster;
  if (auto made = create_first_segment(disk, directory, options, first.id); !made)
    return made;
  auto block = superblock_file::create(disk, directory, first);
  if (!block)
    return block.failure();
  return {};
}

} // namespace tallyman::journal
