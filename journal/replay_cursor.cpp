#include "journal/replay_cursor.hpp"

#include "journal/replay_source.hpp"

namespace tallyman::journal {

replay_cursor::replay_cursor(std::unique_ptr<source> from) : source_(std::move(from)) {}
replay_cursor::~replay_cursor() = default;
replay_cursor::replay_cursor(replay_cursor&&) noexcept = default;
replay_cursor& replay_cursor::operator=(replay_cursor&&) noexcept = default;

result<std::optional<batch_view>> replay_cursor::next() {
  return source_->next();
}

result<std::optional<batch_view>> replay_cursor::source::next() {
  if (failure_)
    return *failure_;
  for (;;) {
    auto batch = walk_.next();
    if (!batch) {
      failure_ = batch.failure();
      return *failure_;
    }
    if (!*batch)
      return std::optional<batch_view>();
    const batch_header& header = (*batch)->header;
    const bool before = header.first_sequence < from_sequence_ && header.last_sequence() < from_sequence_;
    if (header.record_count == 0 || before)
      continue;
    batch_view view(header.facts(), (*batch)->payload);
    view.skip_to(from_sequence_);
    return std::optional<batch_view>(view);
  }
}

} // namespace tallyman::journal
