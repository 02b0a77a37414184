#pragma once

#include "base/result.hpp"
#include "journal/append_queue.hpp"
#include "journal/batch_writer.hpp"
#include "journal/log.hpp"
#include "journal/log_state.hpp"

#include <chrono>
#include <memory>
#include <thread>

namespace tallyman::journal {

/// Moves batches from the queue to the disk and reports them: the writer thread, and the single step that
/// it repeats.
class committer {
public:
  /// All references must outlive it.
  committer(append_queue& queue, batch_writer& writer, log_state& state, log_callbacks callbacks,
            std::chrono::milliseconds idle_flush);
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  void start_thread();

  /// Writes what is left and ends the thread. Without a thread: writes what is left.
  result<void> finish();

  /// One batch if there is one, else the proof of the last one if that is due. Returns whether it wrote.
  result<bool> step();

private:
  void run();
  result<void> drain();
  result<bool> write_next();
  result<bool> write_proof();
  error fail(const error& failure);

  append_queue& queue_;
  batch_writer& writer_;
  log_state& state_;
  log_callbacks callbacks_;
  std::chrono::milliseconds idle_flush_;
  std::thread thread_;
};

} // namespace tallyman::journal
