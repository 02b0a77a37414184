#include "journal/recovery/recovery.hpp"

#include "journal/format/failure.hpp"
#include "journal/recovery/log_end.hpp"
#include "journal/snapshot/snapshot_choice.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/write/creation.hpp"

#include <unistd.h>

#include <algorithm>

namespace tallyman::journal {

namespace {

std::string lock_path(const std::string& directory) {
  return directory + "/lock";
}

/// Why there is nothing to open, if there is no superblock.
result<void> check_there(storage& disk, const std::string& directory) {
  auto found = disk.exists(directory + "/superblock");
  if (!found)
    return found.failure();
  if (*found)
    return {};
  if (auto unfinished = check_unfinished(disk, directory); !unfinished)
    return unfinished;
  auto begun = disk.list(segments_directory(directory));
  if (!begun)
    return begun.failure();
  return usage_failure("there is no journal in " + directory +
                       (begun->empty()
                            ? "; check the path"
                            : " yet: its making was interrupted, or goes on; whoever starts to write "
                              "it makes it anew"));
}

result<void> check_cluster(const std::string& directory, const superblock& block, const std::string& wanted) {
  if (!wanted.empty() && wanted != block.cluster)
    return usage_failure(directory + " is the journal of cluster '" + block.cluster + "', not of '" + wanted +
                         "'");
  return {};
}

/// Whole files that must be there.
result<void> check_segments(const std::string& directory, const std::vector<segment_entry>& segments,
                            const superblock& block) {
  if (segments.empty())
    return damage_of(segments_directory(directory), "holds no segment, the superblock names segment " +
                                                        std::to_string(block.newest_segment));
  if (segments.back().header.number < block.newest_segment)
    return damage_of(segments_directory(directory),
                     "ends with segment " + std::to_string(segments.back().header.number) +
                         ", the superblock names segment " + std::to_string(block.newest_segment) +
                         "; restore what is missing");
  // What retention took is no loss, and what is lost was not taken by retention.
  const std::uint64_t first = std::max<std::uint64_t>(block.retired_before, 1);
  if (segments.front().header.first_sequence != first)
    return damage_of(segments_directory(directory),
                     "begins with event " + std::to_string(segments.front().header.first_sequence) +
                         ", the superblock knows that event " + std::to_string(first) +
                         " and those after it are kept; restore what is missing");
  return {};
}

/// What the superblock knows to be durable must be there.
result<void> check_claims(const segment_entry& newest, const log_end& end, const superblock& block) {
  const std::uint64_t last_batch = end.position.next_batch - 1;
  if (last_batch >= block.durable_batch && end.position.last_sequence() >= block.durable_sequence)
    return {};
  return damage_at(newest.path, end.position.offset,
                   "the log ends with batch " + std::to_string(last_batch) + " and event " +
                       std::to_string(end.position.last_sequence()) + ", the superblock knows batch " +
                       std::to_string(block.durable_batch) + " and event " +
                       std::to_string(block.durable_sequence) + " to be durable" +
                       (end.tail.reason.empty() ? "" : ": " + end.tail.reason) +
                       "; nothing was changed, see salvage");
}

void report_tail(recovery_report& report, const segment_entry& newest, const tail_report& tail) {
  if (tail.found == tail_report::kind::clean)
    return;
  report.what = recovery_report::outcome::dropped;
  report.file = newest.path;
  report.offset = tail.offset;
  report.dropped_bytes = tail.bytes;
  report.reason = tail.reason;
}

/// The oldest snapshot of a state that the log continues, by its name; 0 if the log begins with event 1.
result<std::uint64_t> beginning_of_history(storage& disk, const std::string& directory,
                                           const recovered_log& log) {
  if (log.segments.front().header.begins_log())
    return std::uint64_t{0};
  auto snapshots = list_snapshots(disk, directory);
  if (!snapshots)
    return snapshots.failure();
  for (const std::uint64_t sequence : *snapshots)
    if (sequence >= log.segments.front().header.first_sequence)
      return sequence;
  return log.info.last_sequence;
}

void fill_info(recovered_log& log) {
  const superblock block = log.superblock->current();
  log.info.id = block.id;
  log.info.cluster = block.cluster;
  log.info.version = block.version();
  log.info.segment_count = log.segments.size();
  log.info.first_sequence = log.segments.front().header.first_sequence;
  log.info.last_time_ms = log.end.time_ms;
}

/// Superblock and segment list: the part that is the same for readers and writers.
result<recovered_log> open_files(storage& disk, const std::string& directory, const log_options& options,
                                 open_mode mode) {
  recovered_log log;
  auto block = superblock_file::open(disk, directory, mode);
  if (!block)
    return block.failure();
  log.superblock = std::move(*block);
  const superblock current = log.superblock->current();
  if (auto right = check_cluster(directory, current, options.cluster); !right)
    return right.failure();
  if (options.content_version != 0 && current.content_version > options.content_version)
    return too_new_content(directory, current.content_version, options.content_version);
  auto segments = list_segments(disk, directory, current.id, current.retired_before);
  if (!segments)
    return segments.failure();
  if (auto complete = check_segments(directory, *segments, current); !complete)
    return complete.failure();
  log.segments = std::move(*segments);
  return log;
}

result<void> take_snapshot_choice(storage& disk, const std::string& directory, recovered_log& log) {
  auto choice = choose_snapshot(disk, directory, log.segments, log.info.last_sequence, log.visible_batch,
                                log.superblock->current().newest_snapshot, log.info.writer_alive);
  if (!choice)
    return choice.failure();
  log.info.snapshot_sequence = choice->sequence;
  log.info.recovery.snapshot_note = choice->note;
  auto beginning = beginning_of_history(disk, directory, log);
  if (!beginning)
    return beginning.failure();
  log.info.history_sequence = *beginning;
  return {};
}

/// After a crash the last batch, and the last new names, may be in the cache only; what is acted upon must be
/// on the disk, so it is synced and then read from there.
result<void> settle(storage& disk, const std::string& directory, const segment_entry& newest) {
  auto opened = disk.open(newest.path, open_mode::read_write);
  if (!opened)
    return opened.failure();
  if (auto synced = (*opened)->sync(); !synced)
    return synced;
  if (auto forgotten = (*opened)->forget_cache(); !forgotten)
    return forgotten;
  for (const std::string& folder :
       {directory, segments_directory(directory), snapshots_directory(directory)}) {
    auto there = disk.exists(folder);
    if (!there)
      return there.failure();
    if (!*there)
      continue;
    if (auto synced = disk.sync_directory(folder); !synced)
      return synced;
  }
  return {};
}

/// All checks that need no replay, and the plan of what to repair.
result<void> plan_repairs(storage& disk, const std::string& directory, recovered_log& log) {
  const segment_entry& newest = log.segments.back();
  if (auto settled = settle(disk, directory, newest); !settled)
    return settled;
  auto end = find_end(disk, newest);
  if (!end)
    return end.failure();
  if (auto there = check_claims(newest, *end, log.superblock->current()); !there)
    return there;
  log.end = end->position;
  log.visible_batch = log.end.next_batch - 1;
  log.info.last_sequence = log.end.last_sequence();
  if (auto chosen = take_snapshot_choice(disk, directory, log); !chosen)
    return chosen;
  report_tail(log.info.recovery, newest, end->tail);
  log.repairs = repair_plan{newest, log.end, end->tail, log.info.snapshot_sequence};
  return {};
}

result<recovered_log> recover_for_writing(storage& disk, const std::string& directory,
                                          const log_options& options, std::unique_ptr<file_lock> lock) {
  auto log = open_files(disk, directory, options, open_mode::read_write);
  if (!log)
    return log;
  log->lock = std::move(lock);
  if (auto planned = plan_repairs(disk, directory, *log); !planned)
    return planned.failure();
  fill_info(*log);
  return log;
}

/// Beside a writer only what a later batch or the superblock proves durable is visible.
void limit_to_durable(recovered_log& log, const log_end& end) {
  const std::uint64_t durable_batch = log.superblock->current().durable_batch;
  if (end.position.next_batch - 1 <= durable_batch ||
      end.position.next_batch == log.segments.back().header.first_batch)
    return;
  log.visible_batch = end.position.next_batch - 2;
  log.info.last_sequence = end.last_batch_first_sequence - 1;
}

result<recovered_log> read_once(storage& disk, const std::string& directory, const log_options& options) {
  auto before = disk.lock_holder(lock_path(directory));
  if (!before)
    return before.failure();
  auto log = open_files(disk, directory, options, open_mode::read);
  if (!log)
    return log;
  const segment_entry& newest = log->segments.back();
  auto end = *before ? find_end_beside_writer(disk, newest) : find_end(disk, newest);
  if (!end)
    return end.failure();
  auto after = disk.lock_holder(lock_path(directory));
  if (!after)
    return after.failure();
  log->info.writer_alive = before->has_value() || after->has_value();
  if (auto there = check_claims(newest, *end, log->superblock->current()); !there)
    return there.failure();
  log->end = end->position;
  log->visible_batch = log->end.next_batch - 1;
  log->info.last_sequence = log->end.last_sequence();
  if (log->info.writer_alive)
    limit_to_durable(*log, *end);
  else
    report_tail(log->info.recovery, newest, end->tail);
  if (auto chosen = take_snapshot_choice(disk, directory, *log); !chosen)
    return chosen.failure();
  fill_info(*log);
  return log;
}

/// A superblock's counter: it grows whenever a writer takes a snapshot, gives up history or rolls.
result<std::uint64_t> counter_of(storage& disk, const std::string& directory) {
  auto block = superblock_file::open(disk, directory, open_mode::read);
  if (!block)
    return block.failure();
  return (*block)->current().counter;
}

constexpr int reads_without_a_change = 3;
constexpr int reads_max = 200;

/// A writer may take files between the look at the superblock, or at a folder, and the look at them: then
/// again. It removes them some time after it wrote the superblock, so one look that finds that unchanged
/// proves nothing.
result<recovered_log> recover_for_reading(storage& disk, const std::string& directory,
                                          const log_options& options) {
  int unchanged = 0;
  for (int reads = 1;; ++reads) {
    auto before = counter_of(disk, directory);
    if (!before)
      return before.failure();
    auto log = read_once(disk, directory, options);
    if (log || reads == reads_max)
      return log;
    auto after = counter_of(disk, directory);
    auto writer = disk.lock_holder(lock_path(directory));
    if (!after || !writer)
      return log;
    if (*after != *before)
      unchanged = 0;
    else if (!*writer || ++unchanged == reads_without_a_change)
      return log;
  }
}

} // namespace

result<recovered_log> recover(storage& disk, const std::string& directory, const log_options& options) {
  if (auto sensible = check_options(options); !sensible)
    return sensible.failure();
  if (!options.create_if_missing)
    if (auto there = check_there(disk, directory); !there)
      return there.failure();
  if (options.read_only)
    return recover_for_reading(disk, directory, options);
  // The lock lives in the directory. Whatever else is missing is made once it is known what is there.
  if (options.create_if_missing)
    if (auto made = disk.make_directory(directory); !made)
      return made.failure();
  auto lock = disk.lock(lock_path(directory), std::to_string(::getpid()));
  if (!lock)
    return lock.failure();
  auto there = disk.exists(directory + "/superblock");
  if (!there)
    return there.failure();
  if (!*there)
    if (auto made = create_journal(disk, directory, options); !made)
      return made.failure();
  auto log = recover_for_writing(disk, directory, options, std::move(*lock));
  if (log && !*there)
    log->info.recovery.what = recovery_report::outcome::created;
  return log;
}

} // namespace tallyman::journal
