#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tallyman::journal {

/// Snapshots that recovery may need: the newest, and the one to fall back to. No rule ever removes them.
inline constexpr std::size_t snapshots_kept_min = 2;

/// Most snapshots that are kept for questions about the past.
inline constexpr std::size_t snapshots_kept_max = 64;

/// A snapshot on disk, sound or not.
struct snapshot_size {
  std::uint64_t sequence = 0;
  std::uint64_t bytes = 0;
};

/// Which snapshots are too many.
///
/// All are kept while they are at most `snapshots_kept_max` and those before the newest two do not take more
/// than `bytes_max`; then the one goes whose neighbours are closest, so that what stays is spread over the
/// history and no two neighbours are much farther apart than they must. The newest two and the first one,
/// with which the history may begin, stay. `all` ascending; the result too.
std::vector<std::uint64_t> snapshots_to_thin_out(std::vector<snapshot_size> all, std::uint64_t bytes_max);

} // namespace tallyman::journal
