#include "tally/snapshot/state_difference.hpp"

#include <algorithm>
#include <iterator>

namespace tallyman {

namespace {

/// In `from` and not in `without`, both ascending.
std::vector<owner_text> minus(const std::vector<owner_text>& from, const std::vector<owner_text>& without) {
  std::vector<owner_text> rest;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(), std::back_inserter(rest));
  return rest;
}

std::vector<owner_text> all_owners(const owned_images& images) {
  std::vector<owner_text> all;
  for (const auto& each : images)
    all.insert(all.end(), each.owners.begin(), each.owners.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

} // namespace

owned_images owned_images_of(const cluster_state& state) {
  const auto text = [&](string_id id) { return std::string{state.strings->text(id)}; };
  owned_images all;
  const auto& directory = state.placed.images();
  for (image_index i = 0; i < state.images.size(); ++i) {
    const auto& image = state.images[i];
    if (!directory[i].live || image.owners().empty() || image.key().image_id == string_id::empty)
      continue;
    owned_image shown{{text(image.key().image_id), text(image.key().architecture), text(image.key().name)},
                      {}};
    for (const auto& [index, pods] : image.owners()) {
      const auto& who = state.placed.owners()[index];
      shown.owners.push_back(
          {to_string(who.id, *state.strings), text(who.kind), text(who.name_space), who.name});
    }
    std::sort(shown.owners.begin(), shown.owners.end());
    all.push_back(std::move(shown));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.image < b.image; });
  return all;
}

state_difference difference_between(const owned_images& before, const owned_images& after) {
  state_difference found;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->image < now->image)) {
      found.images_lost.push_back(*old++);
    } else if (old == before.end() || now->image < old->image) {
      found.images_gained.push_back(*now++);
    } else {
      state_difference::changed_image changed{now->image, minus(now->owners, old->owners),
                                              minus(old->owners, now->owners)};
      if (!changed.owners_gained.empty() || !changed.owners_lost.empty())
        found.images_changed.push_back(std::move(changed));
      ++old;
      ++now;
    }
  }
  const auto owners_before = all_owners(before);
  const auto owners_after = all_owners(after);
  found.owners_gained = minus(owners_after, owners_before);
  found.owners_lost = minus(owners_before, owners_after);
  return found;
}

} // namespace tallyman
