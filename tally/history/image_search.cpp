#include "tally/history/image_search.hpp"

#include "messages/keys.hpp"

#include <algorithm>

namespace tallyman {

void image_search::know(string_id id, std::string_view text) {
  if (text == wanted_)
    exact_ = id;
  if (text.find(wanted_) != std::string_view::npos)
    matching_.insert(id);
  const auto index = static_cast<std::size_t>(id);
  if (index >= texts_.size())
    texts_.resize(std::max(index + 1, texts_.size() * 2));
  texts_[index] = text;
}

string_id image_search::identity_of(string_id image_id) {
  const auto [known, is_new] = identity_of_.try_emplace(image_id, image_id);
  if (is_new)
    known->second =
        first_of_digest_.try_emplace(digest_of(texts_.at(static_cast<std::size_t>(image_id))), image_id)
            .first->second;
  return known->second;
}

bool image_search::note(string_id image_id, string_id name) {
  const auto identity = identity_of(image_id);
  const auto index = static_cast<std::size_t>(identity);
  if (index >= first_names_.size())
    first_names_.resize(std::max(index + 1, first_names_.size() * 2));
  auto& first = first_names_[index];
  if (first == image_key{})
    first = {image_id, {}, name};
  else if (first.name != name || first.image_id != image_id)
    shared_.insert(identity);
  if (matching_.contains(name) || matching_.contains(image_id))
    identities_.insert(identity);
  const bool matters = identities_.contains(identity);
  shared_matches_ = shared_matches_ || (matters && shared_.contains(identity));
  return matters;
}

void image_search::begin_pass(const cluster_state& start) {
  const auto& images = start.placed.images();
  for (image_index i = 0; i < images.size(); ++i)
    if (images[i].live) {
      const auto& key = images[i].key;
      if (key.image_id != string_id::empty)
        note(key.image_id, key.name);
      exact_held_ =
          exact_held_ || (exact_ != string_id::empty && (key.name == exact_ || key.image_id == exact_));
    }
  for (const auto& [id, pod] : start.placed.pods())
    if (std::any_of(pod.containers.begin(), pod.containers.end(), [&](const placed_container& placed) {
          const auto& key = images[placed.image].key;
          return key.image_id == string_id::empty ? matching_.contains(key.name)
                                                  : identities_.contains(identity_of(key.image_id));
        }))
      pods_.insert(id);
}

void image_search::see(const pod_glance& pod) {
  bool matters = false;
  for (const auto& each : pod.containers) {
    if (each.image == string_id::empty)
      continue;
    // Without an id there is nothing to be shared, and only a volume is tallied.
    if (each.image_id == string_id::empty ? !each.is_volume || !matching_.contains(each.image)
                                          : !note(each.image_id, each.image))
      continue;
    matters = true;
    exact_held_ = exact_held_ || (!pod.ended && exact_ != string_id::empty &&
                                  (each.image == exact_ || each.image_id == exact_));
  }
  if (matters)
    pods_.insert(pod.id);
}

// Pods with another name of a matching image may have passed by before it was known that they matter.
bool image_search::end_pass() {
  const bool complete = second_pass_ || !shared_matches_;
  second_pass_ = true;
  return complete;
}

bool image_search::is_about(const image_key& image) const {
  if (exact_held_)
    return image.name == exact_ || image.image_id == exact_;
  return matching_.contains(image.name) || matching_.contains(image.image_id);
}

} // namespace tallyman
