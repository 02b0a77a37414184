#include "bench/single_lock_tracker.hpp"

namespace tallyman::bench {

void single_lock_tracker::add(const pod& seen) {
  const std::lock_guard lock{mutex_};
  for (const auto& each : seen.containers) {
    if (each.image_id.empty())
      continue;
    auto& entry = images_[each.image_id + seen.architecture + each.image];
    entry.architecture = seen.architecture;
    entry.pods_by_owner[seen.owner].insert(seen.id);
  }
}

// Images without owners stay, with their scan state, until a clean-up that is not part of this.
void single_lock_tracker::remove(const pod& gone) {
  const std::lock_guard lock{mutex_};
  for (auto& [key, entry] : images_) {
    if (entry.architecture != gone.architecture)
      continue;
    const auto owner = entry.pods_by_owner.find(gone.owner);
    if (owner == entry.pods_by_owner.end())
      continue;
    owner->second.erase(gone.id);
    if (owner->second.empty())
      entry.pods_by_owner.erase(owner);
  }
}

std::size_t single_lock_tracker::image_count() const {
  const std::lock_guard lock{mutex_};
  return images_.size();
}

} // namespace tallyman::bench
