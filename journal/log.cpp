#include "journal/log.hpp"

#include "journal/format/failure.hpp"
#include "journal/log_seams.hpp"
#include "journal/read/log_walk.hpp"
#include "journal/read/time_lookup.hpp"
#include "journal/recovery/recovery.hpp"
#include "journal/replay_source.hpp"
#include "journal/snapshot/snapshot_choice.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/upkeep/age_clock.hpp"
#include "journal/upkeep/held_files.hpp"
#include "journal/write/append_queue.hpp"
#include "journal/write/batch_writer.hpp"
#include "journal/write/committer.hpp"
#include "journal/write/log_state.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

namespace tallyman::journal {

namespace {

error not_started() {
  return usage_failure("the log is not started for writing");
}

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::unique_ptr<age_clock> clock_of(const log_options& options, const log_info& info) {
  return options.now ? std::make_unique<age_clock>(info.last_time_ms, options.now, steady_ms) : nullptr;
}

} // namespace

class log::implementation {
public:
  /// `held`: what a reader holds, and then the disk itself; else nothing.
  implementation(storage& disk, std::unique_ptr<held_files> held, std::string directory,
                 const log_options& options, recovered_log recovered)
      : held_(std::move(held)), disk_(disk), directory_(std::move(directory)), options_(options),
        lock_(std::move(recovered.lock)), superblock_(std::move(recovered.superblock)), end_(recovered.end),
        info_(recovered.info), visible_batch_(recovered.visible_batch),
        state_(std::move(recovered.segments), recovered.end), supply_(disk, directory_, options),
        clock_(clock_of(options, recovered.info)), history_sequence_(recovered.info.history_sequence),
        repairs_(std::move(recovered.repairs)) {}

  ~implementation() { (void)close(); }

  log_info info() const {
    log_info now = info_;
    if (options_.read_only)
      return now;
    const auto view = state_.look();
    now.segment_count = view.segments.size();
    now.last_sequence = view.durable_sequence;
    now.last_time_ms = view.time_ms;
    const superblock block = superblock_->current();
    if (!repairs_)
      now.snapshot_sequence = block.newest_snapshot;
    now.version = block.version();
    now.first_sequence = view.segments.front().header.first_sequence;
    now.history_sequence = history_sequence_.load();
    return now;
  }

  result<std::optional<snapshot_reader>> newest_snapshot() const {
    return open_snapshot(info().snapshot_sequence);
  }

  result<std::optional<snapshot_reader>> snapshot_before(std::uint64_t sequence) const {
    const auto view = state_.look();
    auto found = usable_snapshot_before(disk_, directory_, view.segments, visible_batch(view),
                                        std::min(sequence, durable_sequence()));
    if (!found)
      return found.failure();
    if (*found == 0 && !view.segments.front().header.begins_log())
      return usage_failure(
          "the state after event " + std::to_string(sequence) +
          " can no longer be built: there is no snapshot before it, and the log begins with event " +
          std::to_string(view.segments.front().header.first_sequence));
    return open_snapshot(*found);
  }

  result<std::uint64_t> sequence_at(std::int64_t time_ms) const {
    const auto view = state_.look();
    auto found = last_event_at(disk_, view.segments, visible_batch(view), time_ms);
    if (!found)
      return found.failure();
    return std::min(*found, durable_sequence());
  }

  result<replay_cursor> replay(const replay_range& range) const {
    const auto view = state_.look();
    const std::uint64_t from = range.from_sequence == 0 ? info().snapshot_sequence + 1 : range.from_sequence;
    if (from < view.segments.front().header.first_sequence)
      return usage_failure("event " + std::to_string(from) + " is no longer in the log, which begins with " +
                           std::to_string(view.segments.front().header.first_sequence));
    return replay_cursor(std::make_unique<replay_cursor::source>(
        log_walk(disk_, segments_from(view.segments, from), visible_batch(view)), from));
  }

  result<void> start(log_callbacks callbacks) {
    if (options_.read_only)
      return usage_failure("the log was opened read-only");
    if (committer_ || closed_)
      return usage_failure("the log was started before");
    if (auto repaired = repair(); !repaired)
      return repaired;
    if (options_.content_version > superblock_->current().content_version) {
      auto marked =
          superblock_->update([&](superblock& block) { block.content_version = options_.content_version; });
      if (!marked)
        return marked;
    }
    auto writer = batch_writer::open(disk_, directory_, options_, state_.look().segments.back(), end_,
                                     *superblock_, supply_, state_);
    if (!writer)
      return writer.failure();
    writer_ = std::move(*writer);
    queue_ = std::make_unique<append_queue>(options_.batch_bytes_max, options_.buffer_bytes_max,
                                            definitions_bytes_max(options_), end_.next_sequence);
    committer_ =
        std::make_unique<committer>(*queue_, *writer_, state_, std::move(callbacks), options_.idle_flush);
    if (!has_manual_steps(options_))
      committer_->start_thread();
    return {};
  }

  result<sequence_range> append(const record_run& run) {
    if (!queue_)
      return not_started();
    auto given = enqueue(run);
    if (given && !has_manual_steps(options_))
      queue_->wake_writer();
    return given;
  }

  result<sequence_range> append_durably(const record_run& run) {
    if (!queue_)
      return not_started();
    auto given = enqueue(run);
    if (!given)
      return given;
    if (auto durable = committer_->write_through(given->last); !durable)
      return durable.failure();
    return given;
  }

  result<void> flush() {
    if (!queue_)
      return not_started();
    return committer_->write_through(queue_->next_sequence() - 1);
  }

  result<bool> step() {
    if (!committer_ || !has_manual_steps(options_))
      return usage_failure("step() is for a started log with manual_steps");
    return committer_->step();
  }

  std::uint64_t next_sequence() const { return queue_ ? queue_->next_sequence() : end_.next_sequence; }
  std::uint64_t durable_sequence() const noexcept {
    return options_.read_only ? info_.last_sequence : state_.durable_sequence();
  }

  result<std::unique_ptr<snapshot_writer>> begin_snapshot(std::uint64_t sequence) {
    if (!queue_ || closed_)
      return not_started();
    if (sequence == 0 || sequence >= next_sequence())
      return usage_failure("there is no event " + std::to_string(sequence) + " to take a snapshot after");
    snapshot_writer::hooks hooks;
    hooks.settle = [this, sequence]() -> result<std::uint64_t> {
      if (auto durable = make_durable(sequence); !durable)
        return durable.failure();
      const auto view = state_.look();
      return chain_at(disk_, view.segments, view.durable_batch, sequence);
    };
    hooks.publish = [this, sequence]() -> result<void> { return publish_snapshot(sequence); };
    return snapshot_writer::create(disk_, directory_, info_.id, sequence, std::move(hooks));
  }

  result<retention_plan> plan_retention(const retention_limits& limits) const {
    const auto view = state_.look();
    return journal::plan_retention(
        disk_, directory_, {view.segments, durable_sequence(), visible_batch(view), counted_from_ms(view)},
        limits);
  }

  result<retention_plan> apply_retention(const retention_limits& limits) {
    if (options_.read_only)
      return usage_failure("the log was opened read-only");
    const std::lock_guard guard(housekeeping_);
    auto plan = plan_retention(limits);
    if (!plan || plan->empty())
      return plan;
    if (auto repaired = repair(); !repaired)
      return repaired.failure();
    if (auto noted = note_retirement(*superblock_, *plan); !noted)
      return noted.failure();
    history_sequence_ = plan->history_sequence;
    state_.drop_segments_before(plan->retired_before);
    if (auto removed = remove_retired(disk_, directory_, plan->retired_before); !removed)
      return removed.failure();
    return plan;
  }

  result<void> close() {
    if (closed_)
      return {};
    closed_ = true;
    result<void> outcome;
    if (committer_) {
      queue_->refuse(usage_failure("the log is closed"));
      outcome = committer_->finish();
      supply_.stop();
      if (outcome)
        outcome = superblock_->update([&](superblock& block) {
          block.durable_sequence = writer_->position().last_sequence();
          block.durable_batch = writer_->position().next_batch - 1;
        });
    }
    lock_.reset();
    return outcome;
  }

private:
  /// Carries out what recovery planned, once, now that all that had to be read was sound.
  result<void> repair() {
    if (!repairs_)
      return {};
    auto quarantine = carry_out(disk_, directory_, *superblock_, *repairs_);
    if (!quarantine)
      return quarantine.failure();
    info_.recovery.quarantine = std::move(*quarantine);
    repairs_.reset();
    return {};
  }

  /// The last batch that may be handed out.
  std::uint64_t visible_batch(const log_state::view& view) const noexcept {
    return options_.read_only ? visible_batch_ : view.durable_batch;
  }

  /// What the age of history is counted back from.
  std::int64_t counted_from_ms(const log_state::view& view) const {
    const std::int64_t last = options_.read_only ? info_.last_time_ms : view.time_ms;
    return clock_ ? std::min(last, clock_->believed_ms()) : last;
  }

  /// 0: none.
  result<std::optional<snapshot_reader>> open_snapshot(std::uint64_t sequence) const {
    if (sequence == 0)
      return std::optional<snapshot_reader>();
    auto reader = snapshot_reader::open(disk_, snapshot_path(directory_, sequence), info_.id);
    if (!reader)
      return reader.failure();
    return std::optional<snapshot_reader>(std::move(*reader));
  }

  result<sequence_range> enqueue(const record_run& run) {
    if (has_manual_steps(options_))
      return queue_->append(run, [this] { return write_one(); });
    return queue_->append(run, {});
  }

  result<void> write_one() {
    auto wrote = committer_->step();
    if (!wrote)
      return wrote.failure();
    return {};
  }

  result<void> make_durable(std::uint64_t sequence) {
    if (state_.durable_sequence() >= sequence)
      return {};
    return has_manual_steps(options_) ? flush() : state_.wait_until_durable(sequence);
  }

  result<void> publish_snapshot(std::uint64_t sequence) {
    auto noted = superblock_->update([&](superblock& block) {
      block.newest_snapshot = std::max(block.newest_snapshot, sequence);
      // The sequence that a reader must find in the log if it finds the snapshot.
      block.durable_sequence = std::max(block.durable_sequence, sequence);
    });
    if (!noted)
      return noted;
    if (auto applied = apply_retention(options_.keep); !applied)
      return applied.failure();
    const std::lock_guard guard(housekeeping_);
    return thin_out_snapshots(disk_, directory_, bytes_of(state_.look().segments));
  }

  std::unique_ptr<held_files> held_;
  storage& disk_;
  const std::string directory_;
  const log_options options_;
  std::unique_ptr<file_lock> lock_;
  std::unique_ptr<superblock_file> superblock_;
  const log_position end_;
  log_info info_; ///< changes in repair() only
  const std::uint64_t visible_batch_;
  log_state state_;
  segment_supply supply_;
  std::unique_ptr<batch_writer> writer_;
  std::unique_ptr<append_queue> queue_;
  std::unique_ptr<committer> committer_;
  const std::unique_ptr<age_clock> clock_; ///< if there is a wall clock
  std::mutex housekeeping_;                // guards: the files of the past: one thread removes some at a time
  std::atomic<std::uint64_t> history_sequence_;
  std::optional<repair_plan> repairs_; ///< until they are carried out
  bool closed_ = false;
};

log::log(std::unique_ptr<implementation> inner) : inner_(std::move(inner)) {}
log::~log() = default;

result<std::unique_ptr<log>> log::open(storage& disk, const std::string& directory,
                                       const log_options& options) {
  auto held = options.read_only ? std::make_unique<held_files>(disk) : nullptr;
  storage& from = held ? *held : disk;
  auto recovered = recover(from, directory, options);
  if (!recovered)
    return recovered.failure();
  return std::unique_ptr<log>(new log(
      std::make_unique<implementation>(from, std::move(held), directory, options, std::move(*recovered))));
}

log_info log::info() const {
  return inner_->info();
}
result<std::optional<snapshot_reader>> log::newest_snapshot() const {
  return inner_->newest_snapshot();
}
result<std::optional<snapshot_reader>> log::snapshot_before(std::uint64_t sequence) const {
  return inner_->snapshot_before(sequence);
}
result<std::uint64_t> log::sequence_at(std::int64_t time_ms) const {
  return inner_->sequence_at(time_ms);
}
result<replay_cursor> log::replay(replay_range range) const {
  return inner_->replay(range);
}
result<void> log::start(log_callbacks callbacks) {
  return inner_->start(std::move(callbacks));
}
result<sequence_range> log::append(const record_run& run) {
  return inner_->append(run);
}
result<sequence_range> log::append_durably(const record_run& run) {
  return inner_->append_durably(run);
}
result<void> log::flush() {
  return inner_->flush();
}
std::uint64_t log::durable_sequence() const noexcept {
  return inner_->durable_sequence();
}
std::uint64_t log::next_sequence() const {
  return inner_->next_sequence();
}
result<bool> log::step() {
  return inner_->step();
}
result<std::unique_ptr<snapshot_writer>> log::begin_snapshot(std::uint64_t sequence) {
  return inner_->begin_snapshot(sequence);
}
result<retention_plan> log::plan_retention(const retention_limits& limits) const {
  return inner_->plan_retention(limits);
}
result<retention_plan> log::apply_retention(const retention_limits& limits) {
  return inner_->apply_retention(limits);
}
result<void> log::close() {
  return inner_->close();
}

} // namespace tallyman::journal
