#pragma once

#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tallyman {

/// A workload that owns images: the top of a controller chain, or a pod without one.
struct owner {
  uid id;
  string_id kind{};
  string_id api_version{}; ///< says which group the kind is of; empty in journals of the first rules
  string_id name_space{};  ///< empty: it belongs to none
  std::string name;

  friend bool operator==(const owner&, const owner&) = default;
};

/// Gives owners small numbers, and counts the pods that hold each: an owner that nobody holds is forgotten
/// and its number reused. The lowest free number is always taken, so that numbers are a function of the
/// history: an image that is rebuilt from the journal finds its owners under the numbers that it knew.
///
/// A reference names no namespace: an owner is in that of its pods, or in none. It is in none if it was seen
/// to be, or if it has pods in several.
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/)
class owner_table {
public:
  /// The number of `wanted`, held once more, by a pod in `name_space`. The first to name an owner settles its
  /// kind and name.
  owner_index hold(const uid& id, string_id kind, string_id api_version, string_id name_space,
                   std::string_view name);
  void hold_again(owner_index index, string_id name_space);
  void release(owner_index index, string_id name_space);
  /// It belongs to no namespace, whatever its pods say. Nothing if nobody holds it.
  void mark_cluster_scoped(const uid& id);

  /// Without counts (the first `tally_rules`) the namespace of an owner is that of its first holder. After a
  /// change every holder must `hold_again`.
  void count_namespaces(bool count);

  /// Prefetch what `hold` or `release` will touch.
  void prefetch(const uid& id) const { indexes_.prefetch(id); }
  void prefetch(owner_index index) const { __builtin_prefetch(&entries_[index]); }

  const owner& operator[](owner_index index) const { return entries_[index].value; }
  bool is_cluster_scoped(owner_index index) const { return entries_[index].cluster_scoped; }

  /// Restores an entry of a snapshot, with no holder yet: its pods hold it again.
  void restore(owner_index index, owner value, bool cluster_scoped);
  /// Call once after the last `restore`: what nobody holds becomes free.
  void finish_restore();

  /// Numbers ever given, the free ones included.
  std::size_t size() const noexcept { return entries_.size(); }
  bool is_held(owner_index index) const { return entries_[index].holders > 0; }
  /// Whether `index` is the number of `id` now.
  bool is_number_of(owner_index index, const uid& id) const {
    return index < entries_.size() && is_held(index) && entries_[index].value.id == id;
  }

private:
  using counts = std::vector<std::pair<string_id, std::uint32_t>>;

  struct entry {
    owner value;
    std::uint32_t holders = 0;
    bool cluster_scoped = false; ///< was seen to be
    bool scattered = false;      ///< has pods in several namespaces
    string_id first_space{};     ///< of all pods, unless it is scattered
  };

  static void settle_namespace(entry& of);
  void join_namespace(owner_index index, string_id name_space);
  void leave_namespace(owner_index index, string_id name_space);

  std::vector<entry> entries_;
  std::priority_queue<owner_index, std::vector<owner_index>, std::greater<>> free_; ///< lowest on top
  absl::flat_hash_map<uid, owner_index> indexes_;
  absl::flat_hash_map<owner_index, counts> scattered_; ///< pods by namespace, of those that are
  bool counts_namespaces_ = true;
};

} // namespace tallyman
