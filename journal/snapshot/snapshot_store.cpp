#include "journal/snapshot/snapshot_store.hpp"

#include "journal/snapshot/snapshot_file.hpp"
#include "journal/storage/quarantine.hpp"

namespace tallyman::journal {

std::string snapshots_directory(const std::string& directory) {
  return directory + "/snapshots";
}

std::string snapshot_path(const std::string& directory, std::uint64_t sequence) {
  return snapshots_directory(directory) + "/" + sequence_name(sequence, snapshot_suffix);
}

result<std::vector<std::uint64_t>> list_snapshots(storage& disk, const std::string& directory) {
  auto names = disk.list(snapshots_directory(directory));
  if (!names)
    return names.failure();
  std::vector<std::uint64_t> found;
  for (const std::string& name : *names)
    if (const std::uint64_t sequence = sequence_of_name(name, snapshot_suffix); sequence != 0)
      found.push_back(sequence);
  return found;
}

result<snapshot_facts> verify_snapshot(storage& disk, const std::string& path, const journal_id& id) {
  auto reader = snapshot_reader::open(disk, path, id);
  if (!reader)
    return reader.failure();
  for (;;) {
    auto block = reader->next();
    if (!block)
      return block.failure();
    if (!*block)
      return snapshot_facts{reader->sequence(), reader->chain(), reader->file_bytes()};
  }
}

result<std::vector<snapshot_size>> measure_snapshots(storage& disk, const std::string& directory) {
  auto found = list_snapshots(disk, directory);
  if (!found)
    return found.failure();
  std::vector<snapshot_size> all;
  for (const std::uint64_t sequence : *found) {
    const std::string path = snapshot_path(directory, sequence);
    auto opened = disk.open(path, open_mode::read);
    if (!opened) {
      // A writer may have thinned it out since the directory was listed.
      if (auto there = disk.exists(path); there && !*there)
        continue;
      return opened.failure();
    }
    auto size = (*opened)->size();
    if (!size)
      return size.failure();
    all.push_back({sequence, *size});
  }
  return all;
}

result<void> thin_out_snapshots(storage& disk, const std::string& directory, std::uint64_t segment_bytes) {
  auto all = measure_snapshots(disk, directory);
  if (!all)
    return all.failure();
  for (const std::uint64_t sequence : snapshots_to_thin_out(std::move(*all), segment_bytes))
    if (auto removed = disk.remove(snapshot_path(directory, sequence)); !removed)
      return removed;
  return {};
}

result<void> quarantine_snapshots_after(storage& disk, const std::string& directory, std::uint64_t sequence) {
  auto found = list_snapshots(disk, directory);
  if (!found)
    return found.failure();
  if (found->empty() || found->back() <= sequence)
    return {};
  for (const std::uint64_t rotten : *found) {
    if (rotten <= sequence)
      continue;
    auto path = quarantine_path(disk, directory, sequence_name(rotten, snapshot_suffix));
    if (!path)
      return path.failure();
    if (auto moved = disk.rename(snapshot_path(directory, rotten), *path); !moved)
      return moved;
  }
  if (auto synced = disk.sync_directory(directory + "/quarantine"); !synced)
    return synced;
  return disk.sync_directory(snapshots_directory(directory));
}

result<void> remove_unfinished_snapshots(storage& disk, const std::string& directory) {
  auto names = disk.list(snapshots_directory(directory));
  if (!names)
    return names.failure();
  for (const std::string& name : *names)
    if (name.ends_with(".tmp"))
      if (auto removed = disk.remove(snapshots_directory(directory) + "/" + name); !removed)
        return removed;
  return {};
}

} // namespace tallyman::journal
