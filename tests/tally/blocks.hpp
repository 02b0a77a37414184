#pragma once

#include "base/invariant.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <utility>
#include <vector>

namespace tallyman::testing {

/// A snapshot in memory.
struct snapshot_bytes {
  std::uint16_t type;
  std::vector<std::byte> bytes;

  friend bool operator==(const snapshot_bytes&, const snapshot_bytes&) = default;
};

inline std::vector<snapshot_bytes> encode(const cluster_state& state) {
  std::vector<snapshot_bytes> blocks;
  const auto done = encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    blocks.push_back({type, {bytes.begin(), bytes.end()}});
    return result<void>{};
  });
  invariant(done.ok() && "a sound state could not be encoded");
  return blocks;
}

inline result<cluster_state> decode(const std::vector<snapshot_bytes>& blocks) {
  snapshot_decoder decoder;
  for (const auto& [type, bytes] : blocks)
    if (auto done = decoder.block(type, bytes); !done)
      return done.failure();
  return decoder.finish();
}

} // namespace tallyman::testing
