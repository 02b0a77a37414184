#include "journal/snapshot/snapshot_thinning.hpp"

#include <algorithm>

namespace tallyman::journal {

namespace {

bool too_many(const std::vector<snapshot_size>& all, std::uint64_t bytes_max) {
  if (all.size() > snapshots_kept_max)
    return true;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i + snapshots_kept_min < all.size(); ++i)
    bytes += all[i].bytes;
  return bytes > bytes_max;
}

/// The one between the first and the newest two whose neighbours are closest.
std::size_t most_crowded(const std::vector<snapshot_size>& all) {
  std::size_t found = 1;
  for (std::size_t i = 1; i + snapshots_kept_min < all.size(); ++i)
    if (all[i + 1].sequence - all[i - 1].sequence < all[found + 1].sequence - all[found - 1].sequence)
      found = i;
  return found;
}

} // namespace

std::vector<std::uint64_t> snapshots_to_thin_out(std::vector<snapshot_size> all, std::uint64_t bytes_max) {
  std::vector<std::uint64_t> removed;
  while (all.size() > snapshots_kept_min + 1 && too_many(all, bytes_max)) {
    const auto victim = all.begin() + static_cast<std::ptrdiff_t>(most_crowded(all));
    removed.push_back(victim->sequence);
    all.erase(victim);
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

} // namespace tallyman::journal
