#pragma once

#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// A workload that owns images: the top of a controller chain, or a pod without one.
struct owner {
  uid id;
  string_id kind{};
  string_id name_space{};
  std::string name;

  friend bool operator==(const owner&, const owner&) = default;
};

/// Gives owners small numbers, and counts the pods that hold each: an owner that nobody holds is forgotten
/// and its number given anew. The lowest free number is always given, so that numbers are a function of the
/// history: an image that is rebuilt from the journal finds its owners under the numbers that it knew.
class owner_table {
public:
  /// The number of `wanted`, held once more. The first to name an owner settles its kind and name.
  owner_index hold(const uid& id, string_id kind, string_id name_space, std::string_view name);
  void hold_again(owner_index index);
  void release(owner_index index);

  /// Ask for the memory that `hold` or `release` will touch.
  void prefetch(const uid& id) const { indexes_.prefetch(id); }
  void prefetch(owner_index index) const { __builtin_prefetch(&entries_[index]); }

  const owner& operator[](owner_index index) const { return entries_[index].value; }

  /// Restores an entry of a snapshot, with no holder yet: its pods hold it again.
  void restore(owner_index index, owner value);
  /// Call once after the last `restore`: what nobody holds becomes free.
  void finish_restore();

  /// Numbers ever given, the free ones included.
  std::size_t size() const noexcept { return entries_.size(); }
  bool is_held(owner_index index) const { return entries_[index].holders > 0; }

private:
  struct entry {
    owner value;
    std::uint32_t holders = 0;
  };

  std::vector<entry> entries_;
  std::priority_queue<owner_index, std::vector<owner_index>, std::greater<>> free_; ///< lowest on top
  absl::flat_hash_map<uid, owner_index> indexes_;
};

} // namespace tallyman
