#include "kube/json/nesting_scanner.hpp"

#include "kube/json/byte_masks.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace tallyman::kube {

namespace {

/// Bit i of the result is the parity of bits 0 to i: set from an opening quote up to its closing one.
std::uint64_t running_parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2)
    bits ^= bits << shift;
  return bits;
}

} // namespace

void nesting_scanner::start(std::uint64_t depth) noexcept {
  depth_ = depth;
  in_string_ = 0;
  escaped_ = 0;
}

// A run of backslashes escapes what follows if its length is odd. Seen as a number, a run that starts at an
// even bit carries out of itself when its first bit is subtracted from the odd bits, which tells odd lengths
// from even ones without a loop (the method is simdjson's).
std::uint64_t nesting_scanner::escaped_bytes(std::uint64_t backslashes, std::size_t count) noexcept {
  if (backslashes == 0)
    return std::exchange(escaped_, 0);
  constexpr std::uint64_t odd_bits = 0xaaaaaaaaaaaaaaaa;
  const auto unescaped = backslashes & ~escaped_;
  const auto even_starts = ((unescaped << 1 | odd_bits) - unescaped) ^ odd_bits;
  const auto escaped = even_starts ^ (backslashes | escaped_);
  escaped_ = (even_starts & backslashes) >> (count - 1) & 1;
  return escaped;
}

nesting_scanner::outcome nesting_scanner::step_through(std::uint64_t opens, std::uint64_t closes,
                                                       std::uint64_t depth_max) {
  for (auto brackets = opens | closes; brackets != 0; brackets &= brackets - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(brackets));
    if ((opens >> bit & 1) != 0) {
      if (++depth_ > depth_max)
        return {bit + 1, state::too_deep};
    } else if (--depth_ == 0) {
      return {bit + 1, state::closed};
    }
  }
  return {};
}

nesting_scanner::outcome nesting_scanner::run(const char* text, std::size_t position, std::size_t end,
                                              std::uint64_t depth_max) {
  while (position < end) {
    const auto count = std::min(end - position, block_size);
    const auto valid = count == block_size ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    const auto masks = masks_of(byte_block{text + position});
    const auto quotes = masks.quotes & valid & ~escaped_bytes(masks.backslashes & valid, count);
    const auto strings = running_parity(quotes) ^ in_string_;
    in_string_ = 0 - (strings >> 63);
    const auto opens = masks.opens & valid & ~strings;
    const auto closes = masks.closes & valid & ~strings;
    const auto opened = static_cast<std::uint64_t>(std::popcount(opens));
    const auto closed = static_cast<std::uint64_t>(std::popcount(closes));
    if (depth_ > closed && depth_ + opened <= depth_max) {
      depth_ += opened - closed;
    } else if (const auto found = step_through(opens, closes, depth_max); found.what != state::open) {
      return {position + found.position, found.what};
    }
    position += count;
  }
  return {end, state::open};
}

} // namespace tallyman::kube
