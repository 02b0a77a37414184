#include "journal/backup.hpp"

#include "journal/format/failure.hpp"
#include "journal/recovery/recovery.hpp"
#include "journal/snapshot/snapshot_choice.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/upkeep/salvage_write.hpp"
#include "journal/verify.hpp"
#include "journal/write/creation.hpp"

#include <algorithm>

namespace tallyman::journal {

namespace {

/// The batches of a segment up to number `last_batch`, by their headers. Bytes below its end never change
/// again.
result<sound_piece> piece_of(storage& disk, const segment_entry& segment, std::uint64_t last_batch) {
  auto reader = segment_reader::open(disk, segment, true);
  if (!reader)
    return reader.failure();
  while (reader->position().next_batch <= last_batch) {
    auto step = reader->next();
    if (!step)
      return step.failure();
    if (step->found == scan_step::kind::end)
      break;
    if (step->found != scan_step::kind::batch)
      return damage_at(segment.path, step->offset, step->reason);
  }
  const log_position& end = reader->position();
  return sound_piece{segment,
                     segment.header.first_offset,
                     end.offset,
                     segment.header.first_batch,
                     end.next_batch - 1,
                     segment.header.first_sequence,
                     end.next_sequence,
                     segment.header.previous_chain,
                     end.chain};
}

result<std::vector<sound_piece>> run_of(storage& disk, const recovered_log& log) {
  std::vector<sound_piece> run;
  for (const segment_entry& segment : log.segments) {
    if (segment.header.first_batch > log.visible_batch)
      break;
    auto piece = piece_of(disk, segment, log.visible_batch);
    if (!piece)
      return piece.failure();
    run.push_back(std::move(*piece));
  }
  return run;
}

result<std::vector<std::uint64_t>> snapshots_of(storage& disk, const std::string& from,
                                                const recovered_log& log, backup_report& report) {
  auto found = list_snapshots(disk, from);
  if (!found)
    return found.failure();
  std::vector<std::uint64_t> sound;
  for (const std::uint64_t sequence : *found) {
    if (sequence < log.info.first_sequence || sequence > log.info.last_sequence)
      continue;
    const std::string path = snapshot_path(from, sequence);
    auto fault = fault_of_snapshot(disk, path, log.segments, log.visible_batch, sequence);
    if (fault && fault->empty()) {
      sound.push_back(sequence);
      continue;
    }
    // A writer may have thinned it out meanwhile.
    if (auto there = disk.exists(path); there && !*there)
      continue;
    if (!fault)
      return fault.failure();
    report.left_out.push_back(*fault);
  }
  return sound;
}

} // namespace

result<backup_report> backup(storage& disk, const std::string& from, const std::string& to) {
  auto taken = disk.exists(to);
  if (!taken)
    return taken.failure();
  if (*taken)
    return usage_failure(to + " exists already; name a directory that does not");
  log_options reading;
  reading.read_only = true;
  auto log = recover(disk, from, reading);
  if (!log)
    return log.failure();
  auto run = run_of(disk, *log);
  if (!run)
    return run.failure();
  if (run->empty() || run->back().next_sequence == run->front().first_sequence)
    return usage_failure(from + " holds no event yet; there is nothing to back up");
  backup_report report;
  auto snapshots = snapshots_of(disk, from, *log, report);
  if (!snapshots)
    return snapshots.failure();
  if (auto made = make_directories(disk, to); !made)
    return made.failure();
  if (auto written = write_salvaged(disk, from, to, *run, *snapshots, log->superblock->current()); !written)
    return written.failure();
  auto checked = verify(disk, to);
  if (!checked)
    return checked.failure();
  if (checked->first_damage)
    return *checked->first_damage;
  report.first_sequence = checked->stat.info.first_sequence;
  report.last_sequence = checked->stat.info.last_sequence;
  report.history_sequence = checked->stat.info.history_sequence;
  report.snapshots = std::move(*snapshots);
  return report;
}

} // namespace tallyman::journal
