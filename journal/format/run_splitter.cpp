#include "journal/format/run_splitter.hpp"

#include "base/invariant.hpp"
#include "journal/format/record_kind.hpp"

namespace tallyman::journal {

run_splitter::run_splitter(const record_run& run, std::size_t piece_bytes_max)
    : run_(run), piece_bytes_max_(piece_bytes_max), rest_(run.encoded()) {}

run_piece run_splitter::whole() const {
  return {rest_, std::nullopt, run_.first_time_ms(), run_.event_count(), run_.record_count()};
}

std::optional<run_piece> run_splitter::next() {
  if (rest_.empty())
    return std::nullopt;
  if (rest_.size() == run_.bytes() && run_.bytes() <= piece_bytes_max_) {
    const run_piece piece = whole();
    rest_ = {};
    return piece;
  }
  run_piece piece;
  if (get_prefix(rest_.data()).kind != time_mark_kind)
    piece.time_mark_ms = time_base_ms_;
  std::size_t taken = 0;
  while (taken < rest_.size()) {
    const char* at = rest_.data() + taken;
    const record_prefix prefix = get_prefix(at);
    const std::size_t size = record_prefix_bytes + prefix.size;
    piece.records = rest_.substr(0, taken + size);
    if (piece.bytes() > piece_bytes_max_)
      break;
    taken += size;
    if (prefix.kind == time_mark_kind) {
      time_base_ms_ = get_time_mark(at + record_prefix_bytes);
      continue;
    }
    if (piece.record_count++ == 0)
      piece.first_time_ms = time_base_ms_ + prefix.time_delta_ms;
    piece.event_count += (prefix.kind & definition_bit) == 0 ? 1 : 0;
  }
  invariant(piece.record_count != 0 && "a record that fits no batch got past append");
  piece.records = rest_.substr(0, taken);
  rest_.remove_prefix(taken);
  return piece;
}

} // namespace tallyman::journal
