#include "tally/image_directory.hpp"

#include "base/invariant.hpp"

#include <algorithm>
#include <utility>

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
    entries_[place->second] = {.key = key, .live = true};
    add_name(place->second);
  } else if (entries_[place->second].pods == 0) {
    remove_idle(place->second);
  }
  ++entries_[place->second].pods;
  return {place->second, is_new};
}

string_id image_directory::same_digest(string_id image_id) const {
  if (const auto known = same_digest_.find(image_id); known != same_digest_.end())
    return known->second;
  const auto first = first_with_.find(digest_of(strings_->text(image_id)));
  return first == first_with_.end() ? image_id : first->second;
}

void image_directory::note_digest(string_id image_id) {
  const auto [known, is_new] = same_digest_.try_emplace(image_id, image_id);
  if (is_new)
    known->second = first_with_.try_emplace(digest_of(strings_->text(image_id)), image_id).first->second;
}

void image_directory::add_name(image_index index) {
  note_digest(entries_[index].key.image_id);
  identities_[identity_of(entries_[index].key)].names.push_back(index);
}

void image_directory::lose_pod(image_index index, std::int64_t time_ms) {
  auto& image = entries_[index];
  invariant(image.live && image.pods > 0 && "an image lost more pods than it had");
  if (--image.pods > 0)
    return;
  image.idle_since_ms = time_ms;
  append_idle(index);
}

void image_directory::append_idle(image_index index) {
  auto& image = entries_[index];
  image.idle_before = idle_last_;
  image.idle_after = none;
  (idle_last_ == none ? idle_first_ : entries_[idle_last_].idle_after) = index;
  idle_last_ = index;
}

void image_directory::remove_idle(image_index index) {
  auto& image = entries_[index];
  (image.idle_before == none ? idle_first_ : entries_[image.idle_before].idle_after) = image.idle_after;
  (image.idle_after == none ? idle_last_ : entries_[image.idle_after].idle_before) = image.idle_before;
  image.idle_before = none;
  image.idle_after = none;
}

std::optional<std::int64_t> image_directory::next_forgotten_at_ms() const {
  if (idle_first_ == none)
    return std::nullopt;
  return later_by(entries_[idle_first_].idle_since_ms, grace_ms_);
}

image_index image_directory::forget_first() {
  const auto index = idle_first_;
  remove_idle(index);
  forget(index);
  return index;
}

void image_directory::forget(image_index index) {
  auto& image = entries_[index];
  const auto identity = identities_.find(identity_of(image.key));
  invariant(identity != identities_.end() && "an image without an identity");
  auto& names = identity->second.names;
  names.erase(std::remove(names.begin(), names.end(), index), names.end());
  if (names.empty())
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

const scan_state& image_directory::scan_of(const scan_identity& identity) const {
  static const scan_state nothing_yet;
  const auto found = identities_.find(identity);
  return found == identities_.end() || !found->second.scan ? nothing_yet : *found->second.scan;
}

void image_directory::merge_identities() {
  rules_ = tally_rules::second;
  const auto apart = std::exchange(identities_, {});
  for (const auto& [identity, part] : apart) {
    auto& one = identities_[identity_of(identity.image_id, identity.architecture)];
    one.names.insert(one.names.end(), part.names.begin(), part.names.end());
    if (part.scan && (!one.scan || part.scan->scanned_at_ms > one.scan->scanned_at_ms))
      one.scan = part.scan;
  }
  // Hash order must not reach anyone.
  for (auto& [identity, one] : identities_)
    std::sort(one.names.begin(), one.names.end());
}

void image_directory::restore_scan(const image_key& key, const scan_state& scan) {
  note_digest(key.image_id);
  if (scan != scan_state{})
    identities_[identity_of(key)].scan = std::make_shared<scan_state>(scan);
}

void image_directory::restore(image_index index, const image_key& key, std::int64_t idle_since_ms) {
  if (index >= entries_.size())
    entries_.resize(index + 1);
  entries_[index] = {.key = key, .live = true, .idle_since_ms = idle_since_ms};
  indexes_[key] = index;
  add_name(index);
}

void image_directory::finish_restore() {
  free_.clear();
  forgotten_.clear();
  std::vector<image_index> idle;
  for (auto index = static_cast<image_index>(entries_.size()); index-- > 0;) {
    if (!entries_[index].live)
      free_.push_back(index);
    else if (entries_[index].pods == 0)
      idle.push_back(index);
  }
  std::sort(idle.begin(), idle.end(), [&](image_index a, image_index b) {
    const auto a_since = entries_[a].idle_since_ms;
    const auto b_since = entries_[b].idle_since_ms;
    return a_since != b_since ? a_since < b_since : a < b;
  });
  for (const auto index : idle)
    append_idle(index);
}

} // namespace tallyman
