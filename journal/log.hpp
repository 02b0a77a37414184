#pragma once

#include "base/result.hpp"
#include "journal/format/record_run.hpp"
#include "journal/log_callbacks.hpp"
#include "journal/options.hpp"
#include "journal/recovery/log_info.hpp"
#include "journal/replay_cursor.hpp"
#include "journal/snapshot/snapshot_file.hpp"
#include "journal/storage/storage.hpp"
#include "journal/upkeep/retention.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tallyman::journal {

/// The journal of one cluster: an append-only log of events with snapshots.
///
///     <directory>/
///     ├── superblock                    two alternating slots: what must be here
///     ├── lock                          held by the writing process; holds its pid
///     ├── segments/
///     │   ├── 00000000000000000001.log  named by the first sequence; zero-filled before use
///     │   ├── 00000000000000081234.log
///     │   └── spare-3                   becomes the third segment; named by its number
///     ├── snapshots/
///     │   ├── 00000000000000070000.snap named by the last event in it; older ones are for the past
///     │   └── 00000000000000080000.snap what a restart begins with; *.tmp while it is written
///     └── quarantine/
///         ├── 00000000000000081234.log.40960.0  what recovery cut off at that offset; never deleted
///         └── 00000000000000090000.snap.0       a snapshot that did not verify
///
/// Life: open(), then newest_snapshot() and replay(), then start() and append(), then close(). The promises
/// and the bytes are in FORMAT.md. Everything on disk goes through the `storage`, which must outlive it.
///
/// Thread-safe after start(): append, append_durably, flush, durable_sequence, next_sequence, begin_snapshot,
/// newest_snapshot, snapshot_before, sequence_at, replay, plan_retention, apply_retention, info. start, step
/// and close belong to one thread at a time, and before close() all others must have returned.
class log {
public:
  /// Opens a log and, unless `read_only`, takes its lock and plans what start() is to repair; until then
  /// nothing is changed. Fails with error_kind::busy (another process writes; names its pid), usage (not
  /// found, another cluster's, bad options), io, damaged (names file, offset, reason) or too_new.
  static result<std::unique_ptr<log>> open(storage& disk, const std::string& directory,
                                           const log_options& options);

  /// Closes; an error is lost, so call close() to see it.
  ~log();
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  /// What is on disk, and what recovery did, or until start() is about to do. A copy; safe from any thread.
  log_info info() const;

  /// The snapshot that replay() continues from; nothing if there is none that verifies.
  result<std::optional<snapshot_reader>> newest_snapshot() const;

  /// The newest usable snapshot of the state after event `sequence` or an earlier one: verified as a whole
  /// and compared with the log. Nothing if there is none and the state can be built from event 1 on.
  /// Snapshots that do not verify are passed over. Fails with error_kind::usage if the log no longer reaches
  /// back that far. Beside a live writer it may fail with io if what is needed is retired meanwhile; then
  /// open anew.
  result<std::optional<snapshot_reader>> snapshot_before(std::uint64_t sequence) const;

  /// Sequence of the last event at or before `time_ms` (Unix milliseconds), as far as replay() would go; one
  /// less than the log's first event if all are later. If the clock jumped: of the segments that begin by
  /// that time the last, in it the last batch that does, in it the last event that is. Reads headers only,
  /// but for one batch.
  result<std::uint64_t> sequence_at(std::int64_t time_ms) const;

  /// Reads events from `range` on. Before start() it ends with the log; beside a writer (this or another
  /// process) at what was durable when it was made.
  result<replay_cursor> replay(replay_range range = {}) const;

  /// Repairs what open() planned to (a tail that is provably un-acknowledged, what an interrupted writer
  /// left), and begins writing, on a thread of its own unless `manual_steps`. Once, after replay has passed
  /// the end of the log: what replay refuses is refused before anything was changed.
  result<void> start(log_callbacks callbacks);

  /// Copies the run behind everything appended so far and returns its sequences; it is durable when
  /// on_durable has reported the last one. Waits while the buffer is full (with manual_steps: writes). A
  /// run is kept in one batch if it fits one, else split between records. Fails with the first failure
  /// after that, and with error_kind::usage before start(), after close(), for a record that does not fit
  /// batch_bytes_max, and for a run that ends with a definition. On failure nothing of the run was taken,
  /// unless the log has failed for good.
  result<sequence_range> append(const record_run& run);

  /// append() and flush() of this run: returns when it is on disk. Written on this thread if no other one is
  /// at it, so for a caller who waits anyway this is the fastest way.
  result<sequence_range> append_durably(const record_run& run);

  /// Waits until everything appended so far is durable.
  result<void> flush();

  /// Highest sequence known to be on disk. Lock-free.
  std::uint64_t durable_sequence() const noexcept;

  /// Sequence that the next appended event will get.
  std::uint64_t next_sequence() const;

  /// With manual_steps (log_seams.hpp, for tests): writes one batch if there is anything to write, else the
  /// empty batch of an idle log if one is due. Returns whether something was written.
  result<bool> step();

  /// Begins the snapshot of the state after event `sequence`, which must have been appended.
  result<std::unique_ptr<snapshot_writer>> begin_snapshot(std::uint64_t sequence);

  /// What retention would do now by these limits. Changes nothing.
  result<retention_plan> plan_retention(const retention_limits& limits) const;

  /// Applies these limits now and returns what went. A log that is open for writing does so by itself, with
  /// log_options::keep, after each snapshot. After a crash in the middle the next recovery finishes it.
  result<retention_plan> apply_retention(const retention_limits& limits);

  /// Stops cleanly: everything appended is made durable, an empty batch and the superblock say so, the
  /// lock is released. Idempotent. After a failure it only releases.
  result<void> close();

private:
  class implementation;
  explicit log(std::unique_ptr<implementation> inner);

  std::unique_ptr<implementation> inner_;
};

} // namespace tallyman::journal
