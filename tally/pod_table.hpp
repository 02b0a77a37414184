#pragma once

#include "base/invariant.hpp"
#include "base/packed_text.hpp"
#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/pods_below.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tallyman {

/// A container that counts, and the image that it runs.
struct placed_container {
  image_index image = 0;
  string_id runtime{};   ///< as reported
  string_id name{};      ///< in its pod; empty where a journal of the first rules left it out
  std::uint32_t run = 0; ///< see `run_of`

  friend bool operator==(const placed_container&, const placed_container&) = default;
};

/// Tells the runs of a pod's containers apart: the low 30 bits of the instance, and in the highest two the
/// list that the container stands in, since a volume may have its name.
inline std::uint32_t run_of(const container& seen) noexcept {
  return (seen.instance & 0x3fff'ffffu) | static_cast<std::uint32_t>(seen.list) << 30;
}

/// What is remembered of a pod: where it was placed, so that its end is the removal of exactly that.
struct placed_pod {
  packed_text name;
  uid controller; ///< the reference that `owner` was resolved from
  string_id name_space{};
  string_id node{};
  platform runs_on;
  owner_index owner = 0;
  std::uint32_t place = pods_below::no_place; ///< among the pods of `controller`, if that is followed
  std::uint32_t images : 24 = 0;              ///< how many different ones it runs
  pod_phase phase : 7 = pod_phase::unknown;
  bool owner_certain : 1 = true;                       ///< false: it waits for an unknown parent
  absl::InlinedVector<placed_container, 3> containers; ///< the first of each image, then the others

  void set_images(std::size_t count) noexcept {
    constexpr std::uint32_t count_max = 0xff'ffff;
    invariant(count <= count_max && "a pod has more images than the longest object that is read can name");
    images = static_cast<std::uint32_t>(count) & count_max;
  }

  bool runs(image_index image) const {
    return std::any_of(containers.begin(), containers.end(),
                       [image](const placed_container& each) { return each.image == image; });
  }

  /// The containers, but of those of one image only the first.
  template <class Function>
  void for_each_image(Function function) const {
    for (std::uint32_t i = 0; i < images; ++i)
      function(containers[i]);
  }
};

/// The pods of a cluster by uid. Records lie side by side, behind a small table of their numbers: so a batch
/// can prefetch its pods (`prefetch_number`, then `prefetch_record`), which halves the time that they take.
///
/// A reference to a pod is valid until the next `insert` or `erase`. Copyable.
class pod_table {
public:
  struct alignas(64) record {
    uid first; ///< empty: nobody's, free to be given
    placed_pod second;
  };
  static_assert(sizeof(record) == 128, "two cache lines each");

  using value_type = record;

  /// Walks the records that are somebody's, in no order that means anything.
  class const_iterator {
  public:
    const_iterator(const record* at, const record* end) : at_(at), end_(end) { skip_free(); }
    const record& operator*() const noexcept { return *at_; }
    const record* operator->() const noexcept { return at_; }
    const_iterator& operator++() noexcept {
      ++at_;
      skip_free();
      return *this;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) noexcept {
      return a.at_ == b.at_;
    }

  private:
    void skip_free() noexcept {
      while (at_ != end_ && at_->first.empty())
        ++at_;
    }
    const record* at_;
    const record* end_;
  };

  struct place {
    placed_pod& pod;
    std::uint32_t number;
    bool is_new;
  };

  /// The pod of `id`, made if there is none.
  place insert(const uid& id) {
    const auto [found, is_new] = numbers_.try_emplace(id, 0);
    if (is_new)
      found->second = take_number(id);
    return {records_[found->second].second, found->second, is_new};
  }

  placed_pod* find(const uid& id) {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? nullptr : &records_[found->second].second;
  }
  const placed_pod* find(const uid& id) const { return const_cast<pod_table*>(this)->find(id); }

  /// The record that `insert` gave this number, which must be somebody's.
  record& operator[](std::uint32_t number) { return records_[number]; }
  const record& operator[](std::uint32_t number) const { return records_[number]; }

  /// `id` must be in the table.
  const placed_pod& at(const uid& id) const { return records_[numbers_.at(id)].second; }

  void erase(const uid& id) {
    const auto found = numbers_.find(id);
    if (found == numbers_.end())
      return;
    auto& gone = records_[found->second];
    gone.first = {};
    gone.second = placed_pod{};
    free_.push_back(found->second);
    numbers_.erase(found);
  }

  // -- prefetching -----------------------------------------------------------------------------------

  static constexpr std::uint32_t no_number = std::numeric_limits<std::uint32_t>::max();

  void prefetch_number(const uid& id) const { numbers_.prefetch(id); }

  /// Prefetches `id`'s record and returns its number; `no_number` if there is none yet.
  std::uint32_t prefetch_record(const uid& id) const {
    const auto found = numbers_.find(id);
    if (found == numbers_.end())
      return no_number;
    const auto* const first = reinterpret_cast<const char*>(&records_[found->second]);
    for (std::size_t line = 0; line < sizeof(pod_table::record); line += 64)
      __builtin_prefetch(first + line);
    return found->second;
  }

  /// The number of `id`'s record, or `no_number`: `hint` is what `prefetch_record` said of it some facts ago,
  /// and saves the look-up if it is still true.
  std::uint32_t number_of(const uid& id, std::uint32_t hint) const {
    if (hint != no_number && records_[hint].first == id)
      return hint;
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? no_number : found->second;
  }

  bool contains(const uid& id) const { return numbers_.contains(id); }
  std::size_t size() const noexcept { return numbers_.size(); }
  bool empty() const noexcept { return numbers_.empty(); }
  const_iterator begin() const noexcept { return {records_.data(), records_.data() + records_.size()}; }
  const_iterator end() const noexcept {
    const auto* const last = records_.data() + records_.size();
    return {last, last};
  }

private:
  std::uint32_t take_number(const uid& id) {
    if (free_.empty()) {
      records_.emplace_back().first = id;
      return static_cast<std::uint32_t>(records_.size() - 1);
    }
    const auto number = free_.back();
    free_.pop_back();
    records_[number].first = id;
    return number;
  }

  absl::flat_hash_map<uid, std::uint32_t> numbers_;
  std::vector<record> records_;
  std::vector<std::uint32_t> free_;
};

} // namespace tallyman
