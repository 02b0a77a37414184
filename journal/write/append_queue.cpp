#include "journal/write/append_queue.hpp"

#include "base/invariant.hpp"
#include "journal/format/failure.hpp"

namespace tallyman::journal {

append_queue::append_queue(std::size_t batch_bytes_max, std::size_t buffer_bytes_max,
                           std::size_t definitions_bytes_max, std::uint64_t next_sequence)
    : batch_bytes_max_(batch_bytes_max), definitions_bytes_max_(definitions_bytes_max),
      buffer_count_max_(buffer_bytes_max / batch_bytes_max), next_sequence_(next_sequence) {
  invariant(buffer_count_max_ >= 2 && "options were not checked");
}

result<sequence_range> append_queue::append(const record_run& run, const make_room& when_full) {
  if (auto fits = check(run); !fits)
    return fits.failure();
  const std::lock_guard turn(turn_);
  std::unique_lock guard(mutex_);
  if (refusal_)
    return *refusal_;
  sequence_range given{next_sequence_, next_sequence_ + run.event_count() - 1};
  run_splitter pieces(run, batch_bytes_max_ - batch_header_bytes);
  while (const auto piece = pieces.next())
    if (auto added = add_piece(*piece, when_full, guard); !added)
      return added.failure();
  return given;
}

result<void> append_queue::check(const record_run& run) const {
  const std::size_t payload_max = batch_bytes_max_ - batch_header_bytes;
  if (run.largest_payload() + record_prefix_bytes + time_mark_bytes > payload_max)
    return usage_failure("a record of " + std::to_string(run.largest_payload()) +
                         " bytes does not fit a batch of " + std::to_string(batch_bytes_max_));
  // A segment is named by its first event, so it must come to hold one before it is full.
  if (run.longest_definitions() > definitions_bytes_max_)
    return usage_failure(std::to_string(run.longest_definitions()) +
                         " bytes of definitions in front of one event are more than the " +
                         std::to_string(definitions_bytes_max_) + " that a segment takes");
  if (run.ends_with_definition())
    return usage_failure("a run ends with a definition; definitions stand in front of their event");
  return {};
}

result<void> append_queue::add_piece(const run_piece& piece, const make_room& when_full,
                                     std::unique_lock<std::mutex>& guard) {
  // The writer may take the open batch while this thread waits for a free one.
  while (!open_ || open_->room() < piece.bytes()) {
    if (open_)
      full_.push_back(std::move(open_));
    if (auto opened = open_buffer(when_full, guard); !opened)
      return opened;
  }
  open_->add(piece);
  next_sequence_ += piece.event_count;
  return {};
}

result<void> append_queue::open_buffer(const make_room& when_full, std::unique_lock<std::mutex>& guard) {
  while (free_.empty() && buffer_count_ == buffer_count_max_) {
    work_.notify_one();
    if (when_full) {
      guard.unlock();
      auto made = when_full();
      guard.lock();
      if (!made)
        return made;
    } else {
      room_.wait(guard);
    }
    if (refusal_)
      return *refusal_;
  }
  if (free_.empty()) {
    open_ = std::make_unique<batch_buffer>(batch_bytes_max_);
    ++buffer_count_;
  } else {
    open_ = std::move(free_.back());
    free_.pop_back();
  }
  open_->reset(next_sequence_);
  return {};
}

std::unique_ptr<batch_buffer> append_queue::take() {
  const std::lock_guard guard(mutex_);
  if (full_.empty())
    return open_ && open_->record_count() != 0 ? std::move(open_) : nullptr;
  auto oldest = std::move(full_.front());
  full_.pop_front();
  return oldest;
}

void append_queue::give_back(std::unique_ptr<batch_buffer> used) {
  {
    const std::lock_guard guard(mutex_);
    free_.push_back(std::move(used));
  }
  room_.notify_one();
}

bool append_queue::wait_for_work(std::optional<std::chrono::milliseconds> limit) {
  std::unique_lock guard(mutex_);
  const auto ready = [this] { return stopped_ || woken_ || has_work(); };
  bool in_time = true;
  if (limit)
    in_time = work_.wait_for(guard, *limit, ready);
  else
    work_.wait(guard, ready);
  woken_ = false;
  return in_time;
}

void append_queue::wake_writer() {
  {
    const std::lock_guard guard(mutex_);
    woken_ = true;
  }
  work_.notify_one();
}

void append_queue::refuse(error reason) {
  {
    const std::lock_guard guard(mutex_);
    if (!refusal_)
      refusal_ = std::move(reason);
  }
  room_.notify_all();
}

void append_queue::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
  }
  work_.notify_all();
}

bool append_queue::stopped() const {
  const std::lock_guard guard(mutex_);
  return stopped_;
}

std::uint64_t append_queue::next_sequence() const {
  const std::lock_guard guard(mutex_);
  return next_sequence_;
}

bool append_queue::has_work() const {
  return !full_.empty() || (open_ && open_->record_count() != 0);
}

} // namespace tallyman::journal
