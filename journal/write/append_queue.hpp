#pragma once

#include "base/result.hpp"
#include "journal/format/record_run.hpp"
#include "journal/write/batch_buffer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tallyman::journal {

/// Between the threads that append and the one that writes: batches being filled, in a bounded number of
/// buffers. While one batch is on its way to the disk the next fills, so the batch size finds itself.
/// Thread-safe; take() and give_back() are for one writer.
class append_queue {
public:
  /// Memory is `buffer_bytes_max` at most, taken as it is needed.
  /// A run with more than `definitions_bytes_max` of definitions in front of one event is refused.
  append_queue(std::size_t batch_bytes_max, std::size_t buffer_bytes_max, std::size_t definitions_bytes_max,
               std::uint64_t next_sequence);

  /// What to do when all buffers are full: nothing to wait for the writer, or to write on this thread.
  using make_room = std::function<result<void>()>;

  /// Copies the run in and gives its events their sequences. Fails after refuse(). Does not wake the writer,
  /// unless it has to wait for it.
  result<sequence_range> append(const record_run& run, const make_room& when_full);

  /// The oldest batch, full or not; null if there is none. Goes back with give_back().
  std::unique_ptr<batch_buffer> take();

  /// Makes the buffer free for appending.
  void give_back(std::unique_ptr<batch_buffer> used);

  /// Waits until there is something to take, wake_writer() or stop(); without a time limit if `limit`
  /// is empty. Returns false when the time was up first.
  bool wait_for_work(std::optional<std::chrono::milliseconds> limit);

  /// Ends the writer's wait_for_work(), now or the next time.
  void wake_writer();

  /// From now on append() fails with `reason`; what was appended stays.
  void refuse(error reason);

  /// Wakes the writer for good.
  void stop();
  bool stopped() const;

  std::uint64_t next_sequence() const;

private:
  result<void> check(const record_run& run) const;
  result<void> add_piece(const run_piece& piece, const make_room& when_full,
                         std::unique_lock<std::mutex>& guard);
  result<void> open_buffer(const make_room& when_full, std::unique_lock<std::mutex>& guard);
  bool has_work() const;

  const std::size_t batch_bytes_max_;
  const std::size_t definitions_bytes_max_;
  const std::size_t buffer_count_max_;

  std::mutex turn_; // guards: the order of runs: a run that is split stays in one piece. Taken before mutex_
  mutable std::mutex mutex_; // guards: all below
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<std::unique_ptr<batch_buffer>> full_;
  std::unique_ptr<batch_buffer> open_;
  std::vector<std::unique_ptr<batch_buffer>> free_;
  std::size_t buffer_count_ = 0;
  std::uint64_t next_sequence_;
  std::optional<error> refusal_;
  bool woken_ = false;
  bool stopped_ = false;
};

} // namespace tallyman::journal
