#pragma once

#include "base/invariant.hpp"
#include "messages/fact.hpp"

#include <absl/hash/hash.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace tallyman {

/// Remembers the objects that are gone, and as of which resourceVersion, so that a late event does not bring
/// one back. Bounded: the oldest goes first.
///
/// They stand in the order of their ends, 32 bytes each, behind a table of their numbers with 8 bytes for
/// each slot. A map with the order beside it took half as much again, and the memory is nearly always cold.
class tombstones {
public:
  /// More than the largest cluster has pods.
  static constexpr std::size_t size_max = 262'144;

  struct entry {
    uid id;                    ///< empty: the object is there again
    std::uint64_t version = 0; ///< it is gone as of this resourceVersion; 0: unknown
    string_id kind{};
  };

  tombstones() : slots_(slots_min) {}

  /// Null if `id` is not gone. Valid until the next change.
  const entry* find(const uid& id) const {
    const auto& slot = slots_[slot_of(id)];
    return slot.number == nobody ? nullptr : &entry_of(slot);
  }
  bool contains(const uid& id) const { return find(id) != nullptr; }
  std::size_t size() const noexcept { return size_; }

  /// `id` must have no tombstone yet.
  void bury(const uid& id, string_id kind, std::uint64_t version) {
    if (size_ == size_max)
      drop_oldest();
    else if ((size_ + 1) * 2 > slots_.size())
      grow();
    auto& slot = slots_[slot_of(id)];
    invariant(slot.number == nobody && "an object ended twice");
    slot = {(first_number_ + static_cast<std::uint32_t>(ends_.size())) & number_mask, tag_of(id)};
    ends_.push_back({id, version, kind});
    ++size_;
    auto& latest = latest_end(kind);
    latest = std::max(latest, version);
  }

  /// The object was seen again. It must have a tombstone.
  void remove(const uid& id) {
    const auto slot = slot_of(id);
    invariant(slots_[slot].number != nobody && "an object came back that was not gone");
    entry_of(slots_[slot]).id = {};
    free(slot);
    --size_;
    if (ends_.size() > 2 * size_max)
      drop_removed();
  }

  /// A complete list of `kind` was of `version`: nothing of it ended later than that. An end on
  /// record that did is of a state which the server has lost (it was restored from a backup), and whose
  /// versions it gives a second time.
  void lower(string_id kind, std::uint64_t version) {
    auto& latest = latest_end(kind);
    if (version == 0 || latest <= version)
      return;
    latest = version;
    for (auto& each : ends_)
      if (each.kind == kind)
        each.version = std::min(each.version, version);
  }

  /// Oldest first.
  template <class Function>
  void for_each(Function function) const {
    for (const auto& each : ends_)
      if (!each.id.empty())
        function(each);
  }

  void prefetch(const uid& id) const { __builtin_prefetch(&slots_[home_of(tag_of(id))]); }
  /// Prefetches the tombstone that goes when `ahead` more have come and then another one.
  void prefetch_displaced(std::size_t ahead) const {
    if (size_ == size_max && ahead < ends_.size())
      prefetch(ends_[ahead].id);
  }

private:
  static constexpr std::size_t slots_min = 64;
  static constexpr std::uint32_t nobody = 0xffff'ffff;
  static constexpr std::uint32_t number_mask = 0x7fff'ffff;

  /// Of a table with linear probing: whoever is not at home is in the slots that follow, without a gap.
  struct table_slot {
    std::uint32_t number = nobody;
    std::uint32_t tag = 0; ///< of the uid: says where its home is, and saves most looks at the entry
  };

  static std::uint32_t tag_of(const uid& id) { return static_cast<std::uint32_t>(absl::Hash<uid>{}(id)); }
  std::size_t home_of(std::uint32_t tag) const { return tag & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  entry& entry_of(const table_slot& of) { return ends_[(of.number - first_number_) & number_mask]; }
  const entry& entry_of(const table_slot& of) const {
    return ends_[(of.number - first_number_) & number_mask];
  }

  /// The slot of `id`, or the free one where it would be.
  std::size_t slot_of(const uid& id) const {
    const auto tag = tag_of(id);
    auto at = home_of(tag);
    while (slots_[at].number != nobody && !(slots_[at].tag == tag && entry_of(slots_[at]).id == id))
      at = next(at);
    return at;
  }

  /// Frees a slot, and moves those behind it up who are not at home.
  void free(std::size_t hole) {
    const auto distance = [&](std::size_t from, std::size_t to) { return (to - from) & (slots_.size() - 1); };
    for (auto at = next(hole); slots_[at].number != nobody; at = next(at))
      if (distance(home_of(slots_[at].tag), at) >= distance(hole, at)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    slots_[hole] = {};
  }

  void grow() {
    const auto before = std::exchange(slots_, std::vector<table_slot>(slots_.size() * 2));
    for (const auto& each : before)
      if (each.number != nobody)
        place(each);
  }

  void place(const table_slot& each) {
    auto at = home_of(each.tag);
    while (slots_[at].number != nobody)
      at = next(at);
    slots_[at] = each;
  }

  void drop_oldest() {
    while (ends_.front().id.empty())
      drop_front();
    free(slot_of(ends_.front().id));
    drop_front();
    --size_;
  }

  void drop_front() {
    ends_.pop_front();
    first_number_ = (first_number_ + 1) & number_mask;
  }

  /// Those that came back, when they are more than those that did not.
  void drop_removed() {
    ends_.erase(std::remove_if(ends_.begin(), ends_.end(), [](const entry& each) { return each.id.empty(); }),
                ends_.end());
    first_number_ = 0;
    std::fill(slots_.begin(), slots_.end(), table_slot{});
    for (std::uint32_t number = 0; number < ends_.size(); ++number)
      place({number, tag_of(ends_[number].id)});
  }

  std::uint64_t& latest_end(string_id kind) {
    const auto known = std::find_if(latest_ends_.begin(), latest_ends_.end(),
                                    [&](const auto& each) { return each.first == kind; });
    return known != latest_ends_.end() ? known->second : latest_ends_.emplace_back(kind, 0).second;
  }

  std::deque<entry> ends_;         ///< the oldest first
  std::uint32_t first_number_ = 0; ///< of `ends_.front()`; wraps around
  std::vector<table_slot> slots_;  ///< a power of two, at least half of them free
  std::size_t size_ = 0;           ///< without those that came back
  std::vector<std::pair<string_id, std::uint64_t>>
      latest_ends_; ///< by kind, a handful: the newest of its ends
};

} // namespace tallyman
