#include "tally/image_directory.hpp"

#include <algorithm>
#include <cassert>

namespace tallyman {

image_directory::gained image_directory::gain_pod(const image_key& key) {
  const auto [place, is_new] = indexes_.try_emplace(key, image_index{});
  if (is_new) {
    if (free_.empty()) {
      place->second = static_cast<image_index>(entries_.size());
      entries_.emplace_back();
    } else {
      place->second = free_.back();
      free_.pop_back();
    }
    entries_[place->second] = {key, 0, true, 0};
    add_name(place->second);
  }
  ++entries_[place->second].pods;
  return {place->second, is_new};
}

void image_directory::add_name(image_index index) {
  identities_[entries_[index].key.identity()].names.push_back(index);
}

void image_directory::lose_pod(image_index index, std::int64_t time_ms) {
  auto& image = entries_[index];
  assert(image.live && image.pods > 0 && "an image lost more pods than it had");
  if (--image.pods > 0)
    return;
  image.idle_since_ms = time_ms;
  idle_.push_back({index, time_ms});
}

std::optional<image_index> image_directory::take_forgotten(std::int64_t time_ms) {
  while (!idle_.empty() && idle_.front().since_ms + static_cast<std::int64_t>(grace_ms_) <= time_ms) {
    const auto mark = idle_.front();
    idle_.pop_front();
    const auto& image = entries_[mark.index];
    if (!image.live || image.pods > 0 || image.idle_since_ms != mark.since_ms)
      continue;
    forget(mark.index);
    return mark.index;
  }
  return std::nullopt;
}

void image_directory::forget(image_index index) {
  auto& image = entries_[index];
  const auto identity = identities_.find(image.key.identity());
  assert(identity != identities_.end() && "an image without an identity");
  std::erase(identity->second.names, index);
  if (identity->second.names.empty())
    identities_.erase(identity);
  indexes_.erase(image.key);
  image = {};
  forgotten_.push_back(index);
}

void image_directory::recycle() {
  free_.insert(free_.end(), forgotten_.begin(), forgotten_.end());
  forgotten_.clear();
}

std::span<const image_index> image_directory::names_of(const scan_identity& identity) const {
  const auto found = identities_.find(identity);
  if (found == identities_.end())
    return {};
  return found->second.names;
}

std::optional<image_index> image_directory::find(const image_key& key) const {
  const auto found = indexes_.find(key);
  if (found == indexes_.end())
    return std::nullopt;
  return found->second;
}

std::optional<std::int64_t> image_directory::scanned_at_ms(const scan_identity& identity) const {
  const auto found = identities_.find(identity);
  return found == identities_.end() ? std::nullopt : found->second.scanned_at_ms;
}

void image_directory::mark_scanned(const scan_identity& identity, std::int64_t time_ms) {
  if (const auto found = identities_.find(identity); found != identities_.end())
    found->second.scanned_at_ms = time_ms;
}

void image_directory::restore(image_index index, const image_key& key, std::int64_t idle_since_ms) {
  if (index >= entries_.size())
    entries_.resize(index + 1);
  entries_[index] = {key, 0, true, idle_since_ms};
  indexes_[key] = index;
  add_name(index);
}

void image_directory::finish_restore() {
  free_.clear();
  forgotten_.clear();
  idle_.clear();
  for (auto index = static_cast<image_index>(entries_.size()); index-- > 0;) {
    if (!entries_[index].live)
      free_.push_back(index);
    else if (entries_[index].pods == 0)
      idle_.push_back({index, entries_[index].idle_since_ms});
  }
  std::sort(idle_.begin(), idle_.end(), [](const idle_mark& a, const idle_mark& b) {
    return a.since_ms != b.since_ms ? a.since_ms < b.since_ms : a.index < b.index;
  });
}

} // namespace tallyman
