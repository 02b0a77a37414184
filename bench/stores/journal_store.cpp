#include "bench/stores/append_store.hpp"
#include "journal/disk_storage.hpp"
#include "journal/format/format.hpp"
#include "journal/log.hpp"

#include <algorithm>
#include <filesystem>

namespace tallyman::bench {

namespace {

enum class mode : std::uint8_t { flush_each, pipelined, rolling };

/// Stored bytes of a batch of `events` events of `bytes` bytes together: header, time mark, prefixes,
/// padding.
std::size_t stored_bytes(std::size_t events, std::size_t bytes) {
  return journal::round_up_to_block(journal::batch_header_bytes + journal::time_mark_bytes +
                                    events * journal::record_prefix_bytes + bytes);
}

class journal_store final : public append_store {
public:
  journal_store(std::string directory, mode how) : directory_(std::move(directory)), how_(how) {}

  result<void> start(const journal::log_options& options) {
    auto opened = journal::log::open(disk_, directory_, options);
    if (!opened)
      return opened.failure();
    log_ = std::move(*opened);
    return log_->start({});
  }

  ~journal_store() override { (void)end(); }

  result<void> append(std::span<const std::string_view> events) override {
    run_.clear();
    for (const std::string_view event : events)
      run_.add_event(1, 1'700'000'000'000, event);
    auto given = how_ == mode::flush_each ? log_->append_durably(run_) : log_->append(run_);
    if (!given)
      return given.failure();
    return {};
  }

  result<void> finish_round() override { return log_->flush(); }

  result<std::uint64_t> count() override {
    if (auto ended = end(); !ended)
      return ended.failure();
    journal::log_options options;
    options.read_only = true;
    auto opened = journal::log::open(disk_, directory_, options);
    if (!opened)
      return opened.failure();
    return (*opened)->info().last_sequence;
  }

private:
  result<void> end() {
    if (!log_)
      return {};
    auto closed = log_->close();
    log_.reset();
    return closed;
  }

  journal::disk_storage disk_;
  std::string directory_;
  mode how_;
  journal::record_run run_;
  std::unique_ptr<journal::log> log_;
};

journal::log_options options_for(const append_plan& plan, mode how) {
  journal::log_options options;
  options.create_if_missing = true;
  // The empty batch of an idle log would fall into another contestant's turn.
  options.idle_flush = std::chrono::hours(1);
  const std::size_t stored = stored_bytes(plan.batch_events, plan.batch_bytes_max);
  // Runs queued behind one another must not grow into larger batches than the others are given.
  if (how != mode::flush_each)
    options.batch_bytes_max = std::clamp(stored, 2 * journal::block_bytes, journal::batch_bytes_limit);
  // A few batches ahead are enough to keep the writer busy, and stay in the cache.
  options.buffer_bytes_max = 4 * options.batch_bytes_max;
  if (how == mode::rolling)
    return options;
  // One segment holds all, and so much that no other one is made while time is taken: that begins when a
  // quarter is used.
  const std::size_t room = 5 * plan.rounds * plan.round_batches * stored;
  options.segment_bytes_first = std::max(journal::round_up_to_block(room), options.segment_bytes_first);
  options.segment_bytes = std::max(options.segment_bytes_first, options.segment_bytes);
  return options;
}

result<std::unique_ptr<append_store>> make(const std::string& directory, const append_plan& plan, mode how) {
  auto made = std::make_unique<journal_store>(directory + "/journal", how);
  if (auto started = made->start(options_for(plan, how)); !started)
    return started.failure();
  return std::unique_ptr<append_store>(std::move(made));
}

} // namespace

result<std::unique_ptr<append_store>> make_journal_store(const std::string& directory,
                                                         const append_plan& plan) {
  return make(directory, plan, mode::flush_each);
}

result<std::unique_ptr<append_store>> make_pipelined_journal_store(const std::string& directory,
                                                                   const append_plan& plan) {
  return make(directory, plan, mode::pipelined);
}

result<std::unique_ptr<append_store>> make_rolling_journal_store(const std::string& directory,
                                                                 const append_plan& plan) {
  return make(directory, plan, mode::rolling);
}

} // namespace tallyman::bench
