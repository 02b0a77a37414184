#pragma once

#include "base/result.hpp"
#include "tally/cluster_state.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace tallyman {

/// The type of a block of a snapshot: which message of messages/wire/snapshot.proto its bytes are. These
/// numbers are on disk: never change or reuse one. Blocks of a snapshot stand in ascending order of their
/// type.
enum class snapshot_section : std::uint16_t {
  header = 1,
  strings = 2,
  objects = 3,
  tombstones = 4,
  nodes = 5,
  workloads = 6,
  positions = 7,
  owners = 8,
  images = 9,
  pods = 10,
};

/// Owners in a snapshot have numbers below this: far more than the largest cluster has pods, and few enough
/// that a damaged number does not ask for much memory.
inline constexpr std::uint32_t snapshot_owners_max = 1u << 21;

/// Takes one block; `bytes` live until it returns. An error of it ends the encoding.
using snapshot_sink = std::function<result<void>(std::uint16_t type, std::span<const std::byte> bytes)>;

/// A block is closed when it reaches this size, so it is larger by at most one entry (one object's texts).
inline constexpr std::size_t snapshot_block_bytes = std::size_t{192} << 10;

/// Hands `state` to `sink`, block by block. Equal states of equal history give equal bytes. Strings that
/// other threads intern meanwhile may or may not be among the snapshot's.
///
/// Images are numbered anew, without gaps; owners keep their numbers.
///
/// Fails with the sink's error, or with `damaged` if the images and the placements contradict each other (so
/// that such a state never replaces a sound snapshot).
result<void> encode_snapshot(const cluster_state& state, const snapshot_sink& sink);

/// Builds a state from the blocks of a snapshot, in the order in which they were encoded.
///
/// Believes nothing: ids, indexes, counts and the references between the parts are checked, and whatever does
/// not fit is an error of kind `damaged`. After an error, every further call gives an error.
/// Memory grows with the bytes taken in, never with a number that they claim.
class snapshot_decoder {
public:
  snapshot_decoder();
  ~snapshot_decoder();
  snapshot_decoder(snapshot_decoder&&) noexcept;
  snapshot_decoder& operator=(snapshot_decoder&&) noexcept;

  result<void> block(std::uint16_t type, std::span<const std::byte> bytes);

  /// The state, once all blocks are in. Its string table is new, and holds the snapshot's strings under the
  /// ids that they had. Call once.
  result<cluster_state> finish();

private:
  class parts;
  std::unique_ptr<parts> parts_;
};

} // namespace tallyman
