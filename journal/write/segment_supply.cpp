#include "journal/write/segment_supply.hpp"

#include "journal/format/segment.hpp"
#include "journal/log_seams.hpp"
#include "journal/write/creation.hpp"

#include <algorithm>

namespace tallyman::journal {

segment_supply::segment_supply(storage& disk, std::string directory, const log_options& options)
    : disk_(disk), directory_(std::move(directory)), options_(options) {}

segment_supply::~segment_supply() {
  stop();
}

void segment_supply::start(std::uint64_t next) {
  next_ = next;
  if (!has_manual_steps(options_))
    helper_ = std::thread([this] { run(); });
}

void segment_supply::prepare(std::uint64_t number) {
  {
    const std::lock_guard guard(mutex_);
    if (number <= wanted_)
      return;
    wanted_ = number;
  }
  changed_.notify_all();
}

result<std::string> segment_supply::take(std::uint64_t number) {
  prepare(number);
  std::unique_lock guard(mutex_);
  if (helper_.joinable())
    changed_.wait(guard, [&] { return stopping_ || (next_ > number && !making_); });
  if (ready_.erase(number) == 0) {
    next_ = std::max(next_, number + 1);
    guard.unlock();
    if (auto made = make(number); !made)
      return made.failure();
  }
  return path_of(number);
}

void segment_supply::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (helper_.joinable())
    helper_.join();
}

void segment_supply::run() {
  std::unique_lock guard(mutex_);
  while (!stopping_) {
    if (next_ > wanted_) {
      changed_.wait(guard);
      continue;
    }
    const std::uint64_t number = next_++;
    making_ = true;
    guard.unlock();
    const bool made = make(number).ok();
    guard.lock();
    making_ = false;
    if (made)
      ready_.insert(number);
    changed_.notify_all();
  }
}

std::string segment_supply::path_of(std::uint64_t number) const {
  return segments_directory(directory_) + "/spare-" + std::to_string(number);
}

result<void> segment_supply::make(std::uint64_t number) {
  const std::string path = path_of(number);
  auto made = make_zero_filled(disk_, path, segment_bytes_of(options_, number));
  if (made)
    return {};
  // Half a spare would only keep space from those who need it.
  (void)disk_.remove(path);
  return made.failure();
}

} // namespace tallyman::journal
