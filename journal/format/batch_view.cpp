#include "journal/format/batch_view.hpp"

#include "base/invariant.hpp"
#include "journal/format/record_kind.hpp"

namespace tallyman::journal {

void batch_view::iterator::load() {
  while (!rest_.empty()) {
    const record_prefix prefix = get_prefix(rest_.data());
    const char* payload = rest_.data() + record_prefix_bytes;
    invariant(record_prefix_bytes + prefix.size <= rest_.size() && "a batch was handed out unchecked");
    rest_.remove_prefix(record_prefix_bytes + prefix.size);
    if (prefix.kind == time_mark_kind) {
      time_base_ms_ = get_time_mark(payload);
      continue;
    }
    // Unsigned, so that a hostile time base cannot overflow.
    current_.time_ms =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(time_base_ms_) + prefix.time_delta_ms);
    current_.type = prefix.kind & static_cast<std::uint8_t>(~definition_bit);
    current_.definition = (prefix.kind & definition_bit) != 0;
    current_.payload = {payload, prefix.size};
    at_end_ = false;
    return;
  }
  at_end_ = true;
}

void batch_view::skip_to(std::uint64_t sequence) {
  if (sequence <= facts_.first_sequence)
    return;
  invariant(sequence <= last_sequence() && "the event to skip to is not in this batch");
  auto at = begin();
  std::uint32_t skipped = 0;
  while (at->definition || at->sequence + 1 < sequence) {
    ++at;
    ++skipped;
  }
  payload_ = at.rest();
  time_base_ms_ = at.time_base_ms();
  const auto events = static_cast<std::uint32_t>(sequence - facts_.first_sequence);
  facts_.event_count -= events;
  facts_.record_count -= skipped + 1;
  facts_.first_sequence = sequence;
}

} // namespace tallyman::journal
