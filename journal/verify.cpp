#include "journal/verify.hpp"

#include "journal/format/failure.hpp"
#include "journal/read/log_walk.hpp"
#include "journal/recovery/recovery.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/upkeep/held_files.hpp"

#include <algorithm>
#include <utility>

namespace tallyman::journal {

namespace {

constexpr std::uint64_t tell_every_bytes = std::uint64_t{4} << 20;

result<recovered_log> look_at(storage& disk, const std::string& directory) {
  log_options options;
  options.read_only = true;
  return recover(disk, directory, options);
}

/// Calls the progress function whenever enough has been done since it was called last.
class teller {
public:
  teller(verify_progress tell, std::uint64_t total) : tell_(std::move(tell)), total_(total) {}

  void reached(std::uint64_t done) {
    if (!tell_ || done < next_)
      return;
    next_ = done + tell_every_bytes;
    tell_(std::min(done, total_), total_);
  }

private:
  verify_progress tell_;
  std::uint64_t total_;
  std::uint64_t next_ = 0;
};

/// What one pass over the batches gathers.
class counting {
public:
  counting(const recovered_log& log, journal_stat& stat) : stat_(stat) {
    stat.info = log.info;
    stat.segment_count = log.segments.size();
    stat.segment_bytes = bytes_of(log.segments);
  }

  void add(const batch_header& header) {
    if (stat_.event_count == 0 && header.event_count != 0)
      stat_.first_time_ms = stat_.history_time_ms = header.time_ms;
    if (header.event_count != 0 && header.first_sequence <= stat_.info.history_sequence)
      stat_.history_time_ms = header.time_ms;
    ++stat_.batch_count;
    stat_.batch_bytes += header.stored_bytes();
    stat_.record_bytes += header.payload_bytes;
    stat_.event_count += header.event_count;
    stat_.definition_count += header.record_count - header.event_count;
    note_chain(header);
  }

  /// Chain value of the batch that holds the event of snapshot number `i`; nothing if that was not reached.
  std::optional<std::uint64_t> chain_of_snapshot(std::size_t i) const {
    return i < chains_.size() ? chains_[i] : std::nullopt;
  }

private:
  void note_chain(const batch_header& header) {
    if (header.event_count == 0)
      return;
    while (chains_.size() < stat_.snapshots.size() &&
           stat_.snapshots[chains_.size()] <= header.last_sequence()) {
      const bool here = stat_.snapshots[chains_.size()] >= header.first_sequence;
      chains_.push_back(here ? std::optional(header.chain) : std::nullopt);
    }
  }

  journal_stat& stat_;
  std::vector<std::optional<std::uint64_t>> chains_; ///< of stat_.snapshots, as far as the walk has come
};

/// Those that the history still reaches.
result<void> count_snapshots(storage& disk, const std::string& directory, const recovered_log& log,
                             journal_stat& stat) {
  auto found = measure_snapshots(disk, directory);
  if (!found)
    return found.failure();
  for (const snapshot_size& each : *found) {
    if (each.sequence < log.superblock->current().retired_before)
      continue;
    stat.snapshots.push_back(each.sequence);
    stat.snapshot_bytes += each.bytes;
  }
  return {};
}

result<void> count_batches(storage& disk, const recovered_log& log, bool headers_only, counting& all,
                           teller& progress) {
  log_walk walk(disk, log.segments, log.visible_batch, headers_only);
  std::uint64_t done = 0;
  for (;;) {
    auto batch = walk.next();
    if (!batch)
      return batch.failure();
    if (!*batch)
      return {};
    all.add((*batch)->header);
    done += (*batch)->header.stored_bytes();
    progress.reached(done);
  }
}

/// Opening passes over a snapshot that does not verify; here it is a finding.
result<void> check_snapshots(storage& disk, const std::string& directory, const journal_stat& stat,
                             const counting& counted, teller& progress) {
  std::uint64_t done = stat.segment_bytes;
  for (std::size_t i = 0; i < stat.snapshots.size(); ++i) {
    const std::uint64_t sequence = stat.snapshots[i];
    const std::string path = snapshot_path(directory, sequence);
    auto facts = verify_snapshot(disk, path, stat.info.id);
    if (!facts) {
      // A writer may have thinned it out meanwhile.
      if (auto there = disk.exists(path); there && !*there && stat.info.writer_alive)
        continue;
      return facts.failure();
    }
    if (facts->sequence != sequence)
      return damage_of(path, "holds the state at " + std::to_string(facts->sequence));
    const auto chain = counted.chain_of_snapshot(i);
    if (chain && *chain != facts->chain)
      return damage_of(path, "was made from another history than that of the log");
    done += facts->bytes;
    progress.reached(done);
  }
  return {};
}

/// What is checked is what the disk holds.
result<void> forget_caches(storage& disk, const std::string& directory, const recovered_log& log,
                           const journal_stat& stat) {
  std::vector<std::string> paths;
  for (const segment_entry& segment : log.segments)
    paths.push_back(segment.path);
  for (const std::uint64_t sequence : stat.snapshots)
    paths.push_back(snapshot_path(directory, sequence));
  for (const std::string& path : paths) {
    auto opened = disk.open(path, open_mode::read);
    if (!opened) {
      if (auto there = disk.exists(path); there && !*there)
        continue; // the walk says what that means
      return opened.failure();
    }
    if (auto forgotten = (*opened)->forget_cache(); !forgotten)
      return forgotten;
  }
  return {};
}

/// What can be read of a log that recovery refuses, up to the first damage.
void count_sound_part(storage& disk, const std::string& directory, journal_stat& stat) {
  recovered_log log;
  std::optional<journal_id> id;
  std::uint64_t retired_before = 0;
  if (auto block = superblock_file::open(disk, directory, open_mode::read)) {
    log.info.cluster = (*block)->current().cluster;
    id = log.info.id = (*block)->current().id;
    retired_before = (*block)->current().retired_before;
  }
  log.segments = segments_before_damage(disk, directory, id, retired_before);
  if (log.segments.empty() ||
      log.segments.front().header.first_sequence != std::max<std::uint64_t>(retired_before, 1))
    return;                       // the damage is that the beginning is gone
  log.visible_batch = UINT64_MAX; // it ends at the damage
  counting all(log, stat);
  teller nobody({}, 0);
  (void)count_batches(disk, log, false, all, nobody);
}

bool is_finding(const error& failure) {
  return failure.kind == error_kind::damaged || failure.kind == error_kind::too_new;
}

std::string note_on(const std::string& directory, const superblock_file& block) {
  const auto spoiled = block.spoiled_slot();
  if (!spoiled)
    return {};
  return directory + "/superblock at " + std::to_string(*spoiled * block_bytes) +
         ": this slot does not match its checksum, a write was cut short or it is rotten; the other one is "
         "sound, "
         "and the next start writes this one anew";
}

result<void> check_everything(storage& disk, const std::string& directory, const verify_progress& tell,
                              verify_report& report) {
  journal_stat& stat = report.stat;
  auto log = look_at(disk, directory);
  if (!log) {
    if (is_finding(log.failure()))
      count_sound_part(disk, directory, stat);
    return log.failure();
  }
  report.superblock_note = note_on(directory, *log->superblock);
  if (auto counted = count_snapshots(disk, directory, *log, stat); !counted)
    return counted;
  counting all(*log, stat);
  teller progress(tell, stat.segment_bytes + stat.snapshot_bytes);
  if (auto forgotten = forget_caches(disk, directory, *log, stat); !forgotten)
    return forgotten;
  if (auto counted = count_batches(disk, *log, false, all, progress); !counted)
    return counted;
  return check_snapshots(disk, directory, stat, all, progress);
}

} // namespace

result<verify_report> verify(storage& disk, const std::string& directory, const verify_progress& tell) {
  verify_report report;
  held_files held(disk);
  if (auto checked = check_everything(held, directory, tell, report); !checked) {
    if (!is_finding(checked.failure()))
      return checked.failure();
    report.first_damage = checked.failure();
  }
  return report;
}

result<journal_stat> stat(storage& disk, const std::string& directory, const retention_limits& limits) {
  held_files held(disk);
  auto log = look_at(held, directory);
  if (!log)
    return log.failure();
  journal_stat figures;
  if (auto counted = count_snapshots(held, directory, *log, figures); !counted)
    return counted.failure();
  counting all(*log, figures);
  teller nobody({}, 0);
  if (auto counted = count_batches(held, *log, true, all, nobody); !counted)
    return counted.failure();
  auto plan = plan_retention(
      held, directory, {log->segments, log->info.last_sequence, log->visible_batch, log->info.last_time_ms},
      limits);
  if (!plan)
    return plan.failure();
  figures.would_go = std::move(*plan);
  return figures;
}

} // namespace tallyman::journal
