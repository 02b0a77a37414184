#include "journal/recovery/repair.hpp"

#include "journal/recovery/log_end.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/upkeep/retention.hpp"
#include "journal/write/creation.hpp"

namespace tallyman::journal {

namespace {

result<void> remove_spares(storage& disk, const std::string& directory) {
  auto names = disk.list(segments_directory(directory));
  if (!names)
    return names.failure();
  for (const std::string& name : *names)
    if (name.starts_with("spare-"))
      if (auto removed = disk.remove(segments_directory(directory) + "/" + name); !removed)
        return removed;
  return {};
}

result<void> remove_leftovers(storage& disk, const std::string& directory, const superblock_file& block,
                              const repair_plan& plan) {
  if (auto removed = remove_spares(disk, directory); !removed)
    return removed;
  if (auto moved = quarantine_snapshots_after(disk, directory, plan.snapshot_sequence); !moved)
    return moved;
  if (auto removed = remove_unfinished_snapshots(disk, directory); !removed)
    return removed;
  return remove_retired(disk, directory, block.current().retired_before);
}

} // namespace

result<std::string> carry_out(storage& disk, const std::string& directory, superblock_file& block,
                              const repair_plan& plan) {
  if (auto made = make_directories(disk, directory); !made)
    return made.failure();
  result<std::string> quarantine = std::string();
  if (plan.tail.found == tail_report::kind::torn)
    quarantine = quarantine_tail(disk, directory, plan.newest, plan.tail);
  if (!quarantine)
    return quarantine;
  if (auto removed = remove_leftovers(disk, directory, block, plan); !removed)
    return removed.failure();
  auto noted = block.update([&](superblock& next) {
    next.newest_segment = plan.newest.header.number;
    next.newest_snapshot = plan.snapshot_sequence;
    next.durable_sequence = plan.end.last_sequence();
    next.durable_batch = plan.end.next_batch - 1;
  });
  if (!noted)
    return noted.failure();
  return quarantine;
}

} // namespace tallyman::journal
