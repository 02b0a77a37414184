#pragma once

#include "messages/fact.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace tallyman {

/// Decides which facts are worth a place in the journal: drops those that say nothing new, drops those about
/// objects that are already gone, and finds what a complete list no longer holds.
///
/// Its state is a function of the facts that were admitted (and of the seed), so replay rebuilds it.
/// Memory: about 75 bytes for each live object, 24 for each of the last `tombstones_max` that are gone.
class intake {
public:
  /// How many gone objects are remembered, so that a late event does not bring one back. More than the
  /// largest cluster has pods.
  static constexpr std::size_t tombstones_max = 262'144;

  enum class verdict : std::uint8_t {
    admitted, ///< it is to be journaled
    no_op,    ///< it says what the last one of its object said
    late,     ///< its object is gone
  };

  /// What is remembered of a live object.
  struct object {
    std::uint64_t fingerprint_high = 0; ///< of the last projection, resourceVersion left out
    std::uint64_t fingerprint_low = 0;
    string_id kind{};
    string_id api_version{}; ///< of a workload
    std::uint32_t list = 0;  ///< the last list that held it

    friend bool operator==(const object&, const object&) = default;
  };

  /// `seed` keys the fingerprints: drawn per journal, so that nobody can craft two projections that collide.
  intake(string_table& strings, std::uint64_t seed);

  /// Judges one fact of `batch` and remembers it if it is admitted.
  verdict admit(const fact_batch& batch, const fact& candidate);

  /// Asks for the memory that `admit` will touch for `candidate`, the next but `ahead`. Worth it some sixteen
  /// facts ahead.
  void prefetch(const fact& candidate, std::size_t ahead) const;

  /// From now on until `end_list`, objects of `kind` that are judged (whatever the verdict) are in the list.
  void begin_list(object_kind kind);

  /// Ends the list of `kind`: returns the end, with reason `relist`, of every object of that kind that was
  /// not in it, by ascending uid. They are yet to be admitted. Nothing if no list of `kind` was begun.
  std::vector<fact_body> end_list(object_kind kind);

  /// Whether a list was begun and has not ended.
  bool list_is_open() const noexcept { return !open_lists_.empty(); }

  const absl::flat_hash_map<uid, object>& objects() const noexcept { return objects_; }
  const std::deque<uid>& tombstones() const noexcept { return tombstone_order_; }
  bool is_gone(const uid& id) const { return tombstones_.contains(id); }
  std::uint64_t seed() const noexcept { return seed_; }

  void restore(const uid& id, const object& state) { objects_[id] = state; }
  /// The snapshot has the apiVersion of a workload in its table of workloads only.
  void restore_api_version(const uid& id, string_id version) {
    if (const auto known = objects_.find(id); known != objects_.end())
      known->second.api_version = version;
  }
  void restore_tombstone(const uid& id) { bury(id); }
  void restore_seed(std::uint64_t seed) noexcept { seed_ = seed; }

private:
  verdict observe(const uid& id, object_kind kind, const fact_batch& batch, const fact& candidate);
  verdict end(const uid& id);
  void bury(const uid& id);
  fact_body gone_by_relist(const uid& id, object_kind kind) const;
  bool same_kind(object_kind a, object_kind b) const;
  /// Fills `words_` with what must be equal for two projections to be equal; returns how many words.
  std::size_t spell(const fact_batch& batch, const fact& candidate);

  string_table* strings_;
  string_id pod_kind_;
  string_id node_kind_;
  std::uint64_t seed_;
  absl::flat_hash_map<uid, object> objects_;
  absl::flat_hash_set<uid> tombstones_;
  std::deque<uid> tombstone_order_; ///< oldest first
  struct open_list {
    object_kind kind;
    std::uint32_t number;
  };
  std::vector<open_list>::iterator find_list(object_kind kind);

  std::vector<open_list> open_lists_; ///< a handful
  std::uint32_t last_list_ = 0;
  std::vector<std::uint64_t> words_; ///< scratch of `spell`
};

} // namespace tallyman
