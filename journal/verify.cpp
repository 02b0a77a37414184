#include "journal/verify.hpp"

#include "journal/failure.hpp"
#include "journal/log_walk.hpp"
#include "journal/recovery.hpp"
#include "journal/snapshot_store.hpp"

namespace tallyman::journal {

namespace {

result<recovered_log> look_at(storage& disk, const std::string& directory) {
  log_options options;
  options.read_only = true;
  return recover(disk, directory, options);
}

void count_segments(const recovered_log& log, journal_stat& stat) {
  stat.info = log.info;
  stat.segment_count = log.segments.size();
  stat.segment_bytes = bytes_of(log.segments);
}

result<void> count_batches(storage& disk, const recovered_log& log, bool headers_only, journal_stat& stat) {
  log_walk walk(disk, log.segments, log.visible_batch, headers_only);
  for (;;) {
    auto batch = walk.next();
    if (!batch)
      return batch.failure();
    if (!*batch)
      return {};
    const batch_header& header = (*batch)->header;
    ++stat.batch_count;
    stat.batch_bytes += header.stored_bytes();
    stat.record_bytes += header.payload_bytes;
    stat.event_count += header.event_count;
    stat.definition_count += header.record_count - header.event_count;
  }
}

result<void> count_snapshots(storage& disk, const std::string& directory, journal_stat& stat) {
  auto found = measure_snapshots(disk, directory);
  if (!found)
    return found.failure();
  for (const snapshot_size& each : *found) {
    stat.snapshots.push_back(each.sequence);
    stat.snapshot_bytes += each.bytes;
  }
  return {};
}

/// Opening passes over a snapshot that does not verify; here it is a finding.
result<void> check_snapshots(storage& disk, const std::string& directory, const recovered_log& log,
                             const journal_stat& stat) {
  for (const std::uint64_t sequence : stat.snapshots) {
    const std::string path = snapshot_path(directory, sequence);
    auto facts = verify_snapshot(disk, path, log.info.id);
    if (!facts)
      return facts.failure();
    if (facts->sequence != sequence)
      return damage_of(path, "holds the state at " + std::to_string(facts->sequence));
    if (sequence < log.info.first_sequence || sequence > log.info.last_sequence)
      continue;
    auto chain = chain_at(disk, log.segments, log.visible_batch, sequence);
    if (!chain)
      return chain.failure();
    if (*chain != facts->chain)
      return damage_of(path, "was made from another history than that of the log");
  }
  return {};
}

bool is_finding(const error& failure) {
  return failure.kind == error_kind::damaged || failure.kind == error_kind::too_new;
}

result<void> check_everything(storage& disk, const std::string& directory, journal_stat& stat) {
  auto log = look_at(disk, directory);
  if (!log)
    return log.failure();
  count_segments(*log, stat);
  if (auto counted = count_batches(disk, *log, false, stat); !counted)
    return counted;
  if (auto counted = count_snapshots(disk, directory, stat); !counted)
    return counted;
  return check_snapshots(disk, directory, *log, stat);
}

} // namespace

result<verify_report> verify(storage& disk, const std::string& directory) {
  verify_report report;
  if (auto checked = check_everything(disk, directory, report.stat); !checked) {
    if (!is_finding(checked.failure()))
      return checked.failure();
    report.first_damage = checked.failure();
  }
  return report;
}

result<journal_stat> stat(storage& disk, const std::string& directory) {
  auto log = look_at(disk, directory);
  if (!log)
    return log.failure();
  journal_stat figures;
  count_segments(*log, figures);
  if (auto counted = count_batches(disk, *log, true, figures); !counted)
    return counted.failure();
  if (auto counted = count_snapshots(disk, directory, figures); !counted)
    return counted.failure();
  return figures;
}

} // namespace tallyman::journal
