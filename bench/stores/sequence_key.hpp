#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tallyman::bench {

/// The sequence as a key that sorts by bytes: big-endian.
inline std::array<char, 8> sequence_key(std::uint64_t sequence) noexcept {
  std::array<char, 8> key;
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<char>(sequence >> (8 * (key.size() - 1 - i)));
  return key;
}

} // namespace tallyman::bench
