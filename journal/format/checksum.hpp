#pragma once

#include <xxhash.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace tallyman::journal {

/// XXH3, 64 bits: the one checksum of the format.
inline std::uint64_t checksum(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

/// XXH3 with a seed: binds `bytes` to what the seed was made from.
inline std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// XXH3 continued over several pieces: the same value as checksum() of them put together.
class running_checksum {
public:
  running_checksum() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }

  void add(std::string_view bytes) noexcept { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }
  std::uint64_t value() const noexcept { return XXH3_64bits_digest(state_.get()); }

private:
  struct free_state {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };

  std::unique_ptr<XXH3_state_t, free_state> state_;
};

} // namespace tallyman::journal
