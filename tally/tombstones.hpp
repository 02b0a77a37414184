#pragma once

#include "messages/fact.hpp"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace tallyman {

/// Remembers the objects that are gone, and as of which resourceVersion, so that a late event does not bring
/// one back. Bounded: the oldest goes first.
///
/// Memory: about 50 bytes each.
class tombstones {
public:
  /// More than the largest cluster has pods.
  static constexpr std::size_t size_max = 262'144;

  struct entry {
    std::uint64_t version = 0; ///< it is gone as of this resourceVersion; 0: unknown
    string_id kind{};
    std::uint32_t order = 0;
  };

  const entry* find(const uid& id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
  }
  bool contains(const uid& id) const { return entries_.contains(id); }
  std::size_t size() const noexcept { return entries_.size(); }

  /// `id` must have no tombstone yet.
  void bury(const uid& id, string_id kind, std::uint64_t version) {
    entries_[id] = {version, kind, first_order_ + static_cast<std::uint32_t>(order_.size())};
    order_.push_back(id);
    auto& latest = latest_end(kind);
    latest = std::max(latest, version);
    while (entries_.size() > size_max)
      drop_front();
  }

  /// The object was seen again.
  void remove(const uid& id) {
    entries_.erase(id);
    if (order_.size() > 2 * size_max)
      drop_stale();
  }

  /// A complete list of `kind` was of `version`: nothing of it ended later than that. An end on
  /// record that did is of a state which the server has lost (it was restored from a backup), and whose
  /// versions it gives a second time.
  void lower(string_id kind, std::uint64_t version) {
    auto& latest = latest_end(kind);
    if (version == 0 || latest <= version)
      return;
    latest = version;
    for (auto& [id, each] : entries_)
      if (each.kind == kind)
        each.version = std::min(each.version, version);
  }

  /// Oldest first.
  template <class Function>
  void for_each(Function function) const {
    auto order = first_order_;
    for (const auto& id : order_) {
      if (const auto found = entries_.find(id); found != entries_.end() && found->second.order == order)
        function(id, found->second);
      ++order;
    }
  }

  void prefetch(const uid& id) const { entries_.prefetch(id); }
  /// Prefetches the tombstone that goes when `ahead` more have come and then another one.
  void prefetch_displaced(std::size_t ahead) const {
    if (entries_.size() == size_max && ahead < order_.size())
      entries_.prefetch(order_[ahead]);
  }

private:
  // An object that came back leaves its uid in `order_`; it is stale, and told by its number.
  void drop_front() {
    const auto found = entries_.find(order_.front());
    if (found != entries_.end() && found->second.order == first_order_)
      entries_.erase(found);
    order_.pop_front();
    ++first_order_;
  }

  void drop_stale() {
    std::deque<uid> kept;
    std::uint32_t next = 0;
    for_each([&](const uid& id, const entry&) { kept.push_back(id); });
    for (const auto& id : kept)
      entries_[id].order = next++;
    order_ = std::move(kept);
    first_order_ = 0;
  }

  absl::flat_hash_map<uid, entry> entries_;
  std::deque<uid> order_; ///< oldest first; its n-th has the order `first_order_` + n
  std::uint32_t first_order_ = 0;
  std::uint64_t& latest_end(string_id kind) {
    const auto known = std::find_if(latest_ends_.begin(), latest_ends_.end(),
                                    [&](const auto& each) { return each.first == kind; });
    return known != latest_ends_.end() ? known->second : latest_ends_.emplace_back(kind, 0).second;
  }

  std::vector<std::pair<string_id, std::uint64_t>>
      latest_ends_; ///< by kind, a handful: the newest of its ends
};

} // namespace tallyman
