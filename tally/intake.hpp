#pragma once

#include "messages/fact.hpp"
#include "tally/object_names.hpp"
#include "tally/tombstones.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace tallyman {

/// Decides which facts are journaled: drops those that say nothing new and those that are
/// older than what is known of their object, and finds what a complete list no longer holds.
///
/// What a complete list holds is never old: it is the truth of its moment, whatever was known before.
///
/// Its state is a function of the facts that were let in (and of the seed), so replay rebuilds it; only the
/// versions of no-ops are known to the process alone. Memory: about 75 bytes for each live object, and what
/// `tombstones` and `object_names` take.
class intake {
public:
  enum class verdict : std::uint8_t {
    admitted,  ///< it is to be journaled
    returned,  ///< it is to be journaled, and its object was gone
    no_op,     ///< it says what the last one of its object said
    late,      ///< something newer is known of its object
    displaces, ///< another object has its object's name: admit `displaced`, then the fact once more
  };

  /// What is remembered of a live object.
  struct object {
    std::uint64_t fingerprint_high = 0; ///< of the last projection, resourceVersion left out
    std::uint64_t fingerprint_low = 0;
    std::uint64_t version = 0; ///< its newest resourceVersion; 0: unknown
    string_id kind{};
    string_id api_version{};     ///< of a workload
    std::uint32_t list : 31 = 0; ///< the last list that held it
    bool has_name : 1 = false;   ///< among those that may be given to another object

    friend bool operator==(const object&, const object&) = default;
  };

  /// `seed` keys the fingerprints: drawn per journal, so that nobody can craft two projections that collide.
  intake(string_table& strings, std::uint64_t seed);

  /// Judges one fact of `batch` and remembers it if it is let in.
  verdict admit(const fact_batch& batch, const fact& candidate);

  /// After a verdict `displaces`: the end of the object that had the name.
  const fact_body& displaced() const noexcept { return displaced_; }

  /// Remembers a fact that was let in before: one of the journal's.
  void remember(const fact_batch& batch, const fact& known);

  /// Prefetches what `admit` will touch for `candidate`, which comes after `ahead` other facts. Some sixteen
  /// are enough to hide a cache miss.
  void prefetch(const fact& candidate, std::size_t ahead) const;

  /// From now on until `end_list`, objects of `kind` that are judged (whatever the verdict) are in the list.
  void begin_list(object_kind kind);

  /// Ends the list of `kind`, which was of resourceVersion `version` (0: unknown): returns the end, with
  /// reason `relist`, of every object of that kind that was not in it, by ascending uid. They are yet to be
  /// admitted. Nothing if no list of `kind` was begun.
  std::vector<fact_body> end_list(object_kind kind, std::uint64_t version = 0);

  /// Whether a list was begun and has not ended.
  bool list_is_open() const noexcept { return !open_lists_.empty(); }

  const absl::flat_hash_map<uid, object>& objects() const noexcept { return objects_; }
  const tombstones& gone() const noexcept { return gone_; }
  std::uint64_t seed() const noexcept { return seed_; }

  // -- from a snapshot --

  void restore(const uid& id, const object& state) { objects_[id] = state; }
  /// The snapshot has the apiVersion of a workload in its table of workloads only.
  void restore_api_version(const uid& id, string_id version) {
    if (const auto known = objects_.find(id); known != objects_.end())
      known->second.api_version = version;
  }
  void restore_pod_name(const uid& id, string_id name_space, std::string_view name, bool has_controller) {
    if (!name.empty() && (!has_controller || !is_drawn_name(name)))
      restore_name(id, object_names::hash_of(pod_kind_, name_space, name, seed_));
  }
  void restore_node_name(const uid& id, string_id name) { restore_name(id, node_name(name)); }
  void restore_tombstone(const uid& id, string_id kind, std::uint64_t version) {
    gone_.bury(id, kind, version);
  }

private:
  static constexpr std::uint32_t list_number_max = 0x7fff'ffff;
  struct open_list {
    object_kind kind;
    std::uint32_t number;
  };
  class taking; // one fact

  using reusable_name = std::optional<object_names::name_hash>;
  reusable_name name_of(const fact_batch& batch, const pod_observed& pod) const;
  reusable_name name_of(const fact_batch& batch, const node_observed& node) const;
  reusable_name name_of(const fact_batch&, const workload_observed&) const { return std::nullopt; }
  object_names::name_hash node_name(string_id name) const;
  void restore_name(const uid& id, object_names::name_hash name) {
    if (const auto known = objects_.find(id); known != objects_.end()) {
      known->second.has_name = true;
      names_.hold(name, id);
    }
  }
  fact_body gone_by_relist(const uid& id, object_kind kind, std::uint64_t version) const;
  bool same_kind(object_kind a, object_kind b) const;
  /// Null if no list of `kind` is open.
  const open_list* find_list(object_kind kind) const;
  void list_anew();
  /// Fills `words_` with what must be equal for two projections to be equal; returns how many words.
  std::size_t spell(const fact_batch& batch, const pod_observed& pod);
  std::size_t spell(const fact_batch& batch, const node_observed& node);
  std::size_t spell(const fact_batch& batch, const workload_observed& workload);

  string_table* strings_;
  string_id pod_kind_;
  string_id node_kind_;
  std::uint64_t seed_;
  absl::flat_hash_map<uid, object> objects_;
  tombstones gone_;
  object_names names_;
  std::vector<open_list> open_lists_; ///< a handful
  std::uint32_t last_list_ = 0;
  std::vector<std::uint64_t> words_; ///< scratch of `spell`
  fact_body displaced_;
};

/// Whether it is to be journaled.
inline bool is_admitted(intake::verdict verdict) noexcept {
  return verdict == intake::verdict::admitted || verdict == intake::verdict::returned;
}

/// The resourceVersion in a list's or a bookmark's journaled text ("4711", "4711 in shop") as a number; 0 if
/// it is none.
std::uint64_t version_number(std::string_view journaled);

} // namespace tallyman
