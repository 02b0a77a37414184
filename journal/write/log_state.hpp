#pragma once

#include "base/result.hpp"
#include "journal/format/segment.hpp"
#include "journal/read/segment_reader.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace tallyman::journal {

/// What the writer publishes and everybody else reads: how far the log is durable, its segments, and
/// whether it has failed. Thread-safe.
class log_state {
public:
  log_state(std::vector<segment_entry> segments, const log_position& end)
      : segments_(std::move(segments)), durable_sequence_(end.last_sequence()),
        durable_batch_(end.next_batch - 1), time_ms_(end.time_ms) {}

  /// A moment of the log: batches up to `durable_batch` are in `segments`, and on disk.
  struct view {
    std::vector<segment_entry> segments;
    std::uint64_t durable_sequence = 0;
    std::uint64_t durable_batch = 0;
    std::int64_t time_ms = 0;
  };

  view look() const {
    const std::lock_guard guard(mutex_);
    return {segments_, durable_sequence_.load(), durable_batch_, time_ms_};
  }

  /// Lock-free.
  std::uint64_t durable_sequence() const noexcept {
    return durable_sequence_.load(std::memory_order_acquire);
  }

  void add_segment(segment_entry segment) {
    const std::lock_guard guard(mutex_);
    segments_.push_back(std::move(segment));
  }

  /// Retention took the segments that begin before this sequence.
  void drop_segments_before(std::uint64_t first_sequence) {
    const std::lock_guard guard(mutex_);
    std::erase_if(segments_,
                  [=](const segment_entry& each) { return each.header.first_sequence < first_sequence; });
  }

  /// Everything in front of `position` is on disk.
  void publish(const log_position& position) {
    {
      const std::lock_guard guard(mutex_);
      durable_batch_ = position.next_batch - 1;
      time_ms_ = position.time_ms;
      durable_sequence_.store(position.last_sequence(), std::memory_order_release);
    }
    changed_.notify_all();
  }

  /// The log has failed for good. Returns whether this was the first time.
  bool fail(const error& failure) {
    {
      const std::lock_guard guard(mutex_);
      if (failure_)
        return false;
      failure_ = failure;
    }
    changed_.notify_all();
    return true;
  }

  std::optional<error> failure() const {
    const std::lock_guard guard(mutex_);
    return failure_;
  }

  /// Waits until `sequence` is durable, or fails with the log.
  result<void> wait_until_durable(std::uint64_t sequence) const {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return failure_ || durable_sequence_.load() >= sequence; });
    if (durable_sequence_.load() >= sequence)
      return {};
    return *failure_;
  }

private:
  mutable std::mutex mutex_; // guards: all below; durable_sequence_ is read without it
  mutable std::condition_variable changed_;
  std::vector<segment_entry> segments_;
  std::atomic<std::uint64_t> durable_sequence_;
  std::uint64_t durable_batch_;
  std::int64_t time_ms_;
  std::optional<error> failure_;
};

} // namespace tallyman::journal
