#include "bench/stores/append_store.hpp"
#include "journal/disk_storage.hpp"
#include "journal/format.hpp"
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
  journal_store(std::string directory, std::uint32_t batch_events, mode how)
      : directory_(std::move(directory)), batch_events_(batch_events), how_(how) {}

  ~journal_store() override { (void)end(); }

  /// A journal that rolls is kept. Of the others each round gets a new one, whose first segment is so large
  /// that no other one is filled with zeros while time is taken.
  result<void> before_round(std::size_t batches, std::size_t batch_bytes) override {
    if (log_ && how_ == mode::rolling)
      return {};
    if (auto ended = end(); !ended)
      return ended;
    std::filesystem::remove_all(directory_);
    auto opened = journal::log::open(disk_, directory_, options_for(batches, batch_bytes));
    if (!opened)
      return opened.failure();
    log_ = std::move(*opened);
    return log_->start({});
  }

  result<void> append(std::span<const std::string_view> events) override {
    run_.clear();
    for (const std::string_view event : events)
      run_.add_event(1, 1'700'000'000'000, event);
    if (auto given = log_->append(run_); !given)
      return given.failure();
    return how_ == mode::flush_each ? log_->flush() : result<void>();
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
  journal::log_options options_for(std::size_t batches, std::size_t batch_bytes) const {
    journal::log_options options;
    options.create_if_missing = true;
    const std::size_t stored = stored_bytes(batch_events_, batch_bytes);
    // Runs queued behind one another must not grow into larger batches than the others are given.
    if (how_ != mode::flush_each)
      options.batch_bytes_max = std::clamp(stored, 2 * journal::block_bytes, journal::batch_bytes_limit);
    if (how_ == mode::rolling)
      return options;
    // The next segment is asked for when a quarter of this one is used.
    const std::size_t room = 5 * batches * stored;
    options.segment_bytes_first = std::max(journal::round_up_to_block(room), options.segment_bytes_first);
    options.segment_bytes = std::max(options.segment_bytes_first, options.segment_bytes);
    return options;
  }

  result<void> end() {
    if (!log_)
      return {};
    auto closed = log_->close();
    log_.reset();
    return closed;
  }

  journal::disk_storage disk_;
  std::string directory_;
  std::uint32_t batch_events_;
  mode how_;
  journal::record_run run_;
  std::unique_ptr<journal::log> log_;
};

std::unique_ptr<append_store> make(const std::string& directory, std::uint32_t batch_events, mode how) {
  return std::make_unique<journal_store>(directory + "/journal", batch_events, how);
}

} // namespace

result<std::unique_ptr<append_store>> make_journal_store(const std::string& directory,
                                                         std::uint32_t batch_events) {
  return make(directory, batch_events, mode::flush_each);
}

result<std::unique_ptr<append_store>> make_pipelined_journal_store(const std::string& directory,
                                                                   std::uint32_t batch_events) {
  return make(directory, batch_events, mode::pipelined);
}

result<std::unique_ptr<append_store>> make_rolling_journal_store(const std::string& directory,
                                                                 std::uint32_t batch_events) {
  return make(directory, batch_events, mode::rolling);
}

} // namespace tallyman::bench
