#include "journal/read/log_walk.hpp"

#include "journal/format/failure.hpp"
#include "journal/read/tail.hpp"

#include <algorithm>

namespace tallyman::journal {

log_walk::log_walk(storage& disk, std::vector<segment_entry> segments, std::uint64_t last_batch,
                   bool headers_only)
    : disk_(disk), segments_(std::move(segments)), last_batch_(last_batch), headers_only_(headers_only) {}

result<std::optional<log_walk::sound_batch>> log_walk::next() {
  while (current_ < segments_.size()) {
    if (!reader_) {
      // Also a segment without a batch must continue its predecessor: the next batch will go into it.
      if (auto right = check_link(segments_[current_].header); !right)
        return right.failure();
      if (segments_[current_].header.first_batch > last_batch_)
        break;
      if (auto opened = open_segment(); !opened)
        return opened.failure();
    }
    const bool at_end = reader_->position().next_batch > last_batch_;
    if (at_end && current_ + 1 == segments_.size())
      break;
    auto step = reader_->next();
    if (!step)
      return step.failure();
    if (step->found == scan_step::kind::batch) {
      if (at_end)
        break;
      return std::optional<sound_batch>({step->header, step->payload});
    }
    if (auto left = leave_segment(*step); !left)
      return left.failure();
  }
  return std::optional<sound_batch>();
}

result<void> log_walk::open_segment() {
  auto opened = segment_reader::open(disk_, segments_[current_], headers_only_);
  if (!opened)
    return why_not_opened(opened.failure());
  reader_.emplace(std::move(*opened));
  return {};
}

/// Retention of a writing process may have taken the segment away since the log was opened.
error log_walk::why_not_opened(const error& failure) const {
  const std::string& path = segments_[current_].path;
  const auto there = disk_.exists(path);
  if (!there || *there)
    return failure;
  return {error_kind::io, path + ": is gone; if a process writes to this journal, its retention took the "
                                 "segment while it was to be read: ask again"};
}

result<void> log_walk::check_link(const segment_header& header) const {
  if (!reached_ || (header.first_batch == reached_->next_batch && header.previous_chain == reached_->chain &&
                    header.first_sequence == reached_->next_sequence))
    return {};
  return damage_of(segments_[current_].path,
                   "does not continue the segment before it, which ends with batch " +
                       std::to_string(reached_->next_batch - 1));
}

/// A segment that has a successor must be sound and zero to its end.
result<void> log_walk::leave_segment(const scan_step& step) {
  const std::string& path = segments_[current_].path;
  auto tail = examine_tail(*reader_, step);
  if (!tail)
    return tail.failure();
  if (tail->found != tail_report::kind::clean)
    return damage_at(path, tail->offset, tail->reason);
  if (current_ + 1 == segments_.size())
    return damage_at(path, step.offset,
                     "the log ends before batch " + std::to_string(last_batch_) + ", which was there");
  reached_ = reader_->position();
  reader_.reset();
  ++current_;
  return {};
}

std::vector<segment_entry> segments_from(const std::vector<segment_entry>& all, std::uint64_t sequence) {
  auto first = std::upper_bound(
      all.begin(), all.end(), sequence,
      [](std::uint64_t wanted, const segment_entry& entry) { return wanted < entry.header.first_sequence; });
  if (first != all.begin())
    --first;
  return {first, all.end()};
}

result<batch_header> header_at(storage& disk, const std::vector<segment_entry>& segments,
                               std::uint64_t last_batch, std::uint64_t sequence) {
  log_walk walk(disk, segments_from(segments, sequence), last_batch, true);
  for (;;) {
    auto batch = walk.next();
    if (!batch)
      return batch.failure();
    if (!*batch)
      return error{error_kind::damaged, "event " + std::to_string(sequence) + " is not in the log"};
    const batch_header& header = (*batch)->header;
    if (header.event_count != 0 && header.first_sequence <= sequence && sequence <= header.last_sequence())
      return header;
  }
}

result<std::uint64_t> chain_at(storage& disk, const std::vector<segment_entry>& segments,
                               std::uint64_t last_batch, std::uint64_t sequence) {
  auto header = header_at(disk, segments, last_batch, sequence);
  if (!header)
    return header.failure();
  return header->chain;
}

} // namespace tallyman::journal
