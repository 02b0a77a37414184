#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tallyman::kube {

/// Bytes that are looked at together: bit i of a mask is byte i of the block.
inline constexpr std::size_t block_size = 64;

/// Where the bytes that give JSON its structure stand in a block.
struct block_masks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t opens = 0;  ///< { and [
  std::uint64_t closes = 0; ///< } and ]
};

// The brackets of a pair differ in one bit, so one comparison finds both.
inline constexpr char bracket_bit = 0x20;

#ifdef __SSE2__

/// `block_size` bytes, and where in them a byte is: a bit for each.
class byte_block {
public:
  /// Reads `block_size` bytes, whatever their alignment.
  explicit byte_block(const char* bytes) {
    for (std::size_t i = 0; i < lane_count; ++i)
      lanes_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
  }

  std::uint64_t equal_to(char byte) const { return mask_of(_mm_setzero_si128(), byte); }
  std::uint64_t equal_ignoring_bit(char bit, char byte) const { return mask_of(_mm_set1_epi8(bit), byte); }

private:
  std::uint64_t mask_of(__m128i ignored, char byte) const {
    const auto wanted = _mm_set1_epi8(byte);
    std::uint64_t mask = 0;
    for (std::size_t i = lane_count; i-- > 0;) {
      const auto hits = _mm_cmpeq_epi8(_mm_or_si128(lanes_[i], ignored), wanted);
      mask = mask << 16 | static_cast<std::uint32_t>(_mm_movemask_epi8(hits));
    }
    return mask;
  }

  static constexpr std::size_t lane_count = block_size / sizeof(__m128i);

  __m128i lanes_[lane_count]; // no std::array: it would drop the alignment that __m128i has as an attribute
};

#else

/// The same without vector instructions.
class byte_block {
public:
  explicit byte_block(const char* bytes) : bytes_(bytes) {}

  std::uint64_t equal_to(char byte) const { return equal_ignoring_bit(0, byte); }

  std::uint64_t equal_ignoring_bit(char bit, char byte) const {
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < block_size; ++i)
      mask |= std::uint64_t{static_cast<char>(bytes_[i] | bit) == byte} << i;
    return mask;
  }

private:
  const char* bytes_;
};

#endif

inline block_masks masks_of(const byte_block& block) {
  return {block.equal_to('"'), block.equal_to('\\'), block.equal_ignoring_bit(bracket_bit, '{'),
          block.equal_ignoring_bit(bracket_bit, '}')};
}

} // namespace tallyman::kube
