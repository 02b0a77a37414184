#pragma once

#include "base/result.hpp"
#include "journal/log_callbacks.hpp"
#include "journal/write/append_queue.hpp"
#include "journal/write/batch_writer.hpp"
#include "journal/write/log_state.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>

namespace tallyman::journal {

/// Moves batches from the queue to the disk and reports them: the writer thread, and the single step that
/// it repeats. One thread writes at a time; a thread that waits for its events may be the one.
class committer {
public:
  /// All references must outlive it.
  committer(append_queue& queue, batch_writer& writer, log_state& state, log_callbacks callbacks,
            std::chrono::milliseconds idle_flush);
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  /// Without it, nothing is written but by step(), write_through() and finish().
  void start_thread();

  /// Writes what is left and ends the thread. Without a thread: writes what is left.
  result<void> finish();

  /// Waits until `sequence`, which must have been appended, is durable, and writes on this thread unless
  /// another one is at it. Thread-safe.
  result<void> write_through(std::uint64_t sequence);

  /// One batch if there is one, else the proof of the last one if that is due. Returns whether it wrote.
  result<bool> step();

private:
  void run();
  result<void> drain();
  result<bool> write_next();
  result<bool> write_next_in_turn();
  result<bool> write_proof();
  std::uint64_t unproven_batch() const;
  error fail(const error& failure);

  append_queue& queue_;
  mutable std::mutex turn_; // guards: writer_, and the order of callbacks: held while a batch is taken,
                            // written and reported
  batch_writer& writer_;
  log_state& state_;
  log_callbacks callbacks_;
  std::chrono::milliseconds idle_flush_;
  std::thread thread_;
};

} // namespace tallyman::journal
