#include "tally/image_search.hpp"

#include <algorithm>

namespace tallyman {

void image_search::know(string_id id, std::string_view text) {
  if (text == wanted_)
    exact_ = id;
  if (text.find(wanted_) != std::string_view::npos)
    matching_.insert(id);
}

bool image_search::note(string_id image_id, string_id name) {
  const auto index = static_cast<std::size_t>(image_id);
  if (index >= first_names_.size())
    first_names_.resize(std::max(index + 1, first_names_.size() * 2));
  auto& first = first_names_[index];
  if (first == string_id::empty)
    first = name;
  else if (first != name)
    shared_.insert(image_id);
  if (matching_.contains(name) || matching_.contains(image_id))
    image_ids_.insert(image_id);
  const bool matters = image_ids_.contains(image_id);
  shared_matches_ = shared_matches_ || (matters && shared_.contains(image_id));
  return matters;
}

void image_search::begin_pass(const cluster_state& start) {
  const auto& images = start.placed.images();
  for (image_index i = 0; i < images.size(); ++i)
    if (images[i].live) {
      const auto& key = images[i].key;
      note(key.image_id, key.name);
      exact_held_ =
          exact_held_ || (exact_ != string_id::empty && (key.name == exact_ || key.image_id == exact_));
    }
  for (const auto& [id, pod] : start.placed.pods())
    if (std::any_of(pod.images.begin(), pod.images.end(), [&](const placed_image& placed) {
          return image_ids_.contains(images[placed.image].key.image_id);
        }))
      pods_.insert(id);
}

void image_search::see(const pod_glance& pod) {
  bool matters = false;
  for (const auto& each : pod.containers) {
    if (each.image == string_id::empty || each.image_id == string_id::empty)
      continue;
    if (!note(each.image_id, each.image))
      continue;
    matters = true;
    exact_held_ = exact_held_ || (pod.running && exact_ != string_id::empty &&
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
