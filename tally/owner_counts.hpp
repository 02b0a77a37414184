#pragma once

#include "base/invariant.hpp"
#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace tallyman {

/// How many pods each owner has in one image. Never holds a zero.
///
/// Nearly every image has one or two owners, and a few (sidecars) have thousands: so the first few lie in the
/// object itself, where no hash is computed and no further line of memory is touched.
class owner_counts {
public:
  using value_type = std::pair<owner_index, std::uint32_t>;

  /// One pod more of `owner`. Returns whether it is the owner's first.
  bool add(owner_index owner) {
    if (many_.empty()) {
      if (auto* const known = find_few(owner))
        return known->second++ == 0;
      if (few_.size() < few_max) {
        few_.emplace_back(owner, 1u);
        return true;
      }
      many_.insert(few_.begin(), few_.end());
      few_.clear();
    }
    return many_[owner]++ == 0;
  }

  /// One pod less of `owner`, which must have one. Returns whether it was the owner's last.
  bool remove(owner_index owner) {
    if (many_.empty()) {
      auto* const known = find_few(owner);
      invariant(known != nullptr && "an owner lost a pod that it does not have");
      if (--known->second > 0)
        return false;
      *known = few_.back();
      few_.pop_back();
      return true;
    }
    const auto known = many_.find(owner);
    invariant(known != many_.end() && "an owner lost a pod that it does not have");
    if (--known->second > 0)
      return false;
    many_.erase(known);
    return true;
  }

  std::size_t size() const noexcept { return few_.size() + many_.size(); }
  bool empty() const noexcept { return few_.empty() && many_.empty(); }

  /// Walks the owners and their numbers of pods, in no order that means anything.
  class const_iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = owner_counts::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;

    value_type operator*() const {
      return few_ != few_end_ ? *few_ : value_type{many_->first, many_->second};
    }
    const_iterator& operator++() {
      if (few_ != few_end_)
        ++few_;
      else
        ++many_;
      return *this;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.few_ == b.few_ && a.many_ == b.many_;
    }

  private:
    friend class owner_counts;
    using many_iterator = absl::flat_hash_map<owner_index, std::uint32_t>::const_iterator;
    const_iterator(const value_type* few, const value_type* few_end, many_iterator many)
        : few_(few), few_end_(few_end), many_(many) {}

    const value_type* few_;
    const value_type* few_end_;
    many_iterator many_;
  };

  const_iterator begin() const { return {few_.data(), few_.data() + few_.size(), many_.begin()}; }
  const_iterator end() const {
    const auto* const last = few_.data() + few_.size();
    return {last, last, many_.end()};
  }

  /// As sets: where an owner lies does not matter.
  friend bool operator==(const owner_counts& a, const owner_counts& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const value_type& each) {
             return b.pods_of(each.first) == each.second;
           });
  }

  bool contains(owner_index owner) const { return pods_of(owner) != 0; }

  /// 0 for an owner without pods.
  std::uint32_t pods_of(owner_index owner) const {
    if (const auto* const known = const_cast<owner_counts*>(this)->find_few(owner))
      return known->second;
    const auto known = many_.find(owner);
    return known == many_.end() ? 0 : known->second;
  }

private:
  static constexpr std::size_t few_max = 4;

  value_type* find_few(owner_index owner) {
    const auto found =
        std::find_if(few_.begin(), few_.end(), [&](const value_type& each) { return each.first == owner; });
    return found == few_.end() ? nullptr : &*found;
  }

  absl::InlinedVector<value_type, few_max> few_; ///< unless there are more
  absl::flat_hash_map<owner_index, std::uint32_t> many_;
};

} // namespace tallyman
