#include "journal/read/tail.hpp"

#include "base/invariant.hpp"
#include "journal/format/failure.hpp"

#include <algorithm>
#include <vector>

namespace tallyman::journal {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

struct tail_facts {
  std::uint64_t nonzero_end = 0; ///< behind the last block that is not zero; 0: all zero
  std::uint64_t later_batch = 0; ///< offset of a block that starts like a batch; 0: none
};

/// A later block counts as a batch if it carries the segment's nonce, sound or not, or is sound: random
/// leftovers of one torn write cannot, and two damaged batches must not pass for one torn.
bool starts_like_batch(const char* block, std::uint64_t nonce) {
  return nonce_field(block) == nonce || read_batch_header(block).has_value();
}

void look_at(std::string_view piece, std::uint64_t offset, std::uint64_t start, std::uint64_t nonce,
             tail_facts& facts) {
  if (all_zero(piece))
    return;
  for (std::size_t at = 0; at < piece.size(); at += block_bytes) {
    const std::string_view block = piece.substr(at, block_bytes);
    if (all_zero(block))
      continue;
    facts.nonzero_end = offset + at + block_bytes;
    if (facts.later_batch == 0 && offset + at > start && starts_like_batch(block.data(), nonce))
      facts.later_batch = offset + at;
  }
}

result<tail_facts> read_tail(segment_reader& reader, std::uint64_t start) {
  tail_facts facts;
  const segment_header& segment = reader.header();
  std::vector<char> buffer(std::min<std::uint64_t>(piece_bytes, segment.bytes - start));
  for (std::uint64_t offset = start; offset < segment.bytes;) {
    const std::uint64_t wanted = std::min<std::uint64_t>(piece_bytes, segment.bytes - offset);
    auto got = reader.segment_file().read_at(offset, buffer.data(), wanted);
    if (!got)
      return got.failure();
    if (*got < wanted)
      return damage_at(reader.segment_file().path(), offset + *got,
                       "the segment is shorter than its header says");
    look_at({buffer.data(), wanted}, offset, start, segment.nonce, facts);
    offset += wanted;
  }
  return facts;
}

tail_report damaged(const scan_step& step, std::uint64_t bytes, std::string reason) {
  return {tail_report::kind::damaged, step.offset, bytes, std::move(reason)};
}

} // namespace

result<tail_report> examine_tail(segment_reader& reader, const scan_step& step) {
  invariant(step.found != scan_step::kind::batch && "a sound batch is no tail");
  auto facts = read_tail(reader, step.offset);
  if (!facts)
    return facts.failure();
  const std::uint64_t bytes = facts->nonzero_end == 0 ? 0 : facts->nonzero_end - step.offset;
  if (step.found == scan_step::kind::broken)
    return damaged(step, bytes, std::string(step.reason));
  if (bytes == 0)
    return tail_report{tail_report::kind::clean, step.offset, 0, {}};
  const std::string reason = step.found == scan_step::kind::end ? "there are zeros in place of a batch header"
                                                                : std::string(step.reason);
  if (facts->later_batch != 0)
    return damaged(step, bytes,
                   reason + ", and a later batch follows at " + std::to_string(facts->later_batch));
  const std::uint64_t longest = step.header_sound ? step.header.stored_bytes() : batch_bytes_limit;
  if (bytes > longest)
    return damaged(step, bytes,
                   reason + ", and " + std::to_string(bytes) +
                       " bytes of damage are more than the one batch of " + std::to_string(longest) +
                       " that can have been cut short");
  return tail_report{tail_report::kind::torn, step.offset, bytes, reason};
}

} // namespace tallyman::journal
