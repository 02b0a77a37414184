#include "journal/write/committer.hpp"

#include "base/invariant.hpp"

#include <pthread.h>

namespace tallyman::journal {

committer::committer(append_queue& queue, batch_writer& writer, log_state& state, log_callbacks callbacks,
                     std::chrono::milliseconds idle_flush)
    : queue_(queue), writer_(writer), state_(state), callbacks_(std::move(callbacks)),
      idle_flush_(idle_flush) {}

committer::~committer() {
  (void)finish();
}

void committer::start_thread() {
  thread_ = std::thread([this] { run(); });
}

result<void> committer::finish() {
  queue_.stop();
  if (thread_.joinable())
    thread_.join();
  return drain();
}

result<void> committer::drain() {
  for (;;) {
    auto wrote = step();
    if (!wrote)
      return wrote.failure();
    if (!*wrote)
      return {};
  }
}

void committer::run() {
  ::pthread_setname_np(::pthread_self(), "journal-writer");
  while (!queue_.stopped()) {
    auto wrote = write_next();
    if (!wrote)
      return;
    if (*wrote)
      continue;
    // First wait a little for more work; only a log that stays idle is worth an empty batch.
    const std::uint64_t unproven = unproven_batch();
    if (unproven == 0) {
      queue_.wait_for_work(std::nullopt);
      continue;
    }
    const bool time_was_up = !queue_.wait_for_work(idle_flush_);
    if (time_was_up && unproven_batch() == unproven && !write_proof())
      return;
  }
  // What is left is written here, so that finish() finds nothing to write and close() makes no callback on
  // the thread that closes. A failure is kept in the state.
  (void)drain();
}

/// Leader and followers: waking the writer thread and being woken by it would take two switches of threads.
result<void> committer::write_through(std::uint64_t sequence) {
  if (const std::unique_lock turn(turn_, std::try_to_lock); turn) {
    const bool writer_may_sleep = !writer_.proof_due();
    while (state_.durable_sequence() < sequence) {
      auto wrote = write_next_in_turn();
      if (!wrote)
        return wrote.failure();
      invariant(*wrote && "an appended event is neither queued nor durable");
    }
    // It has the proof of what was written here to write.
    if (writer_may_sleep)
      queue_.wake_writer();
    return {};
  }
  queue_.wake_writer();
  return state_.wait_until_durable(sequence);
}

result<bool> committer::step() {
  auto wrote = write_next();
  if (!wrote || *wrote)
    return wrote;
  return write_proof();
}

result<bool> committer::write_next() {
  const std::lock_guard turn(turn_);
  return write_next_in_turn();
}

result<bool> committer::write_next_in_turn() {
  if (auto failed = state_.failure())
    return *failed;
  auto batch = queue_.take();
  if (!batch)
    return false;
  if (auto written = writer_.write(*batch); !written)
    return fail(written.failure());
  const bool holds_events = batch->event_count() != 0;
  queue_.give_back(std::move(batch));
  if (holds_events && callbacks_.on_durable)
    callbacks_.on_durable(writer_.position().last_sequence());
  return true;
}

/// Number of the last batch if its proof is due, else 0.
std::uint64_t committer::unproven_batch() const {
  const std::lock_guard turn(turn_);
  return writer_.proof_due() ? writer_.position().next_batch - 1 : 0;
}

result<bool> committer::write_proof() {
  const std::lock_guard turn(turn_);
  if (auto failed = state_.failure())
    return *failed;
  if (!writer_.proof_due())
    return false;
  if (auto written = writer_.write_proof(); !written)
    return fail(written.failure());
  return true;
}

/// Final: see FORMAT.md, promise 4.
error committer::fail(const error& failure) {
  const bool first = state_.fail(failure);
  queue_.refuse(failure);
  if (first && callbacks_.on_failure)
    callbacks_.on_failure(failure);
  return failure;
}

} // namespace tallyman::journal
