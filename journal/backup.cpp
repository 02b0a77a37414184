#include "journal/backup.hpp"

#include "journal/format/failure.hpp"
#include "journal/recovery/recovery.hpp"
#include "journal/snapshot/snapshot_choice.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/upkeep/held_files.hpp"
#include "journal/upkeep/salvage_write.hpp"
#include "journal/upkeep/unfinished.hpp"
#include "journal/verify.hpp"

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
                                                const recovered_log& log,
                                                std::vector<std::string>& left_out) {
  auto found = list_snapshots(disk, from);
  if (!found)
    return found.failure();
  // Recovery holds the one it chose, though a writer may have removed its name since.
  const std::uint64_t chosen = log.info.snapshot_sequence;
  if (const auto at = std::lower_bound(found->begin(), found->end(), chosen);
      chosen != 0 && (at == found->end() || *at != chosen))
    found->insert(at, chosen);
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
    left_out.push_back(*fault);
  }
  return sound;
}

/// Writes the copy and reads all of it back.
result<backup_report> write_copy(storage& disk, const std::string& from, const std::string& to,
                                 const std::vector<sound_piece>& run,
                                 const std::vector<std::uint64_t>& snapshots, const superblock& block) {
  if (auto written = write_salvaged(disk, from, to, run, snapshots, block); !written)
    return written.failure();
  auto checked = verify(disk, to);
  if (!checked)
    return checked.failure();
  if (checked->first_damage)
    return *checked->first_damage;
  backup_report report;
  report.first_sequence = checked->stat.info.first_sequence;
  report.last_sequence = checked->stat.info.last_sequence;
  report.history_sequence = checked->stat.info.history_sequence;
  report.snapshots = snapshots;
  return report;
}

} // namespace

result<backup_report> backup(storage& disk, const std::string& from, const std::string& to) {
  const std::string target = without_slashes(to);
  if (auto fine = check_new_name(disk, from, target); !fine)
    return fine.failure();
  held_files held(disk);
  log_options reading;
  reading.read_only = true;
  auto log = recover(held, from, reading);
  if (!log)
    return log.failure();
  // Opens every snapshot, so that each is held while the ones before it are read.
  if (auto measured = measure_snapshots(held, from); !measured)
    return measured.failure();
  auto run = run_of(held, *log);
  if (!run)
    return run.failure();
  if (run->empty() || run->back().next_sequence == run->front().first_sequence)
    return usage_failure(from + " holds no event yet; there is nothing to back up");
  std::vector<std::string> left_out;
  auto snapshots = snapshots_of(held, from, *log, left_out);
  if (!snapshots)
    return snapshots.failure();
  unfinished_journal copy(disk, target);
  if (auto begun = copy.begin(); !begun)
    return begun.failure();
  auto report = write_copy(held, from, copy.path(), *run, *snapshots, log->superblock->current());
  if (!report) {
    (void)copy.remove();
    return report;
  }
  report->left_out = std::move(left_out);
  if (auto published = copy.publish(); !published)
    return published.failure();
  return report;
}

} // namespace tallyman::journal
