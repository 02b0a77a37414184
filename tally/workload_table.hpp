#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <span>
#include <string>
#include <vector>

namespace tallyman {

/// The end of an owner chain, as far as it is known.
struct owner_resolution {
  uid id;
  uid waiting_on; ///< the parent that has not been seen yet; empty once the owner is certain
  string_id kind{};
  string_id api_version{};
  pool_slice name; ///< in the batch's pool
  /// Of a workload: those whose pods have this owner now, itself the first; in `owner_resolutions::below`.
  pool_slice below;
  bool is_followed = false;    ///< what the chain begins with is followed: the owner may come to be another
  bool is_new_link = false;    ///< of a workload: it may refer to another controller than before
  bool cluster_scoped = false; ///< the owner was seen, and belongs to no namespace

  bool certain() const noexcept { return waiting_on.empty(); }
};

/// What the workload table resolved for a batch.
struct owner_resolutions {
  std::vector<owner_resolution> of; ///< of each fact
  std::vector<uid> below;

  std::span<const uid> below_of(const owner_resolution& workload) const {
    return std::span{below}.subspan(workload.below.offset, workload.below.length);
  }
};

/// The workloads of a cluster as of one sequence, and the answer to "who is at the top of this chain?".
/// Plain state: the workload registry actor owns one. Copyable, so that a snapshot can take it along.
///
/// ReplicaSets (apps, extensions), Jobs (batch), ReplicationControllers, and the kinds that the settings name
/// are followed to their own controller; every other kind is an owner as it is, so a reference to it need not
/// be resolved. References are followed as they were last observed.
class workload_table {
public:
  struct reference {
    uid id;
    string_id kind{};
    string_id api_version{};
    std::string name;

    friend bool operator==(const reference&, const reference&) = default;
  };

  struct workload {
    string_id kind{};
    string_id api_version{};
    string_id name_space{}; ///< empty: it belongs to none
    std::string name;
    reference controller; ///< empty id: it has none

    friend bool operator==(const workload&, const workload&) = default;
  };

  /// `strings` is the cluster's; it must outlive the table.
  explicit workload_table(string_table& strings, tally_rules rules = tally_rules::second);

  /// Takes the workload facts of `batch` in, in order, and returns for each fact the owner that it asks for:
  /// of a pod, as of that fact; of a workload, what the pods below it now have. Names go into the batch's
  /// pool.
  owner_resolutions resolve(fact_batch& batch);

  const absl::flat_hash_map<uid, workload>& workloads() const noexcept { return workloads_; }
  /// The kinds that are followed besides the built-in ones, as `settings_changed` has them.
  const std::string& followed() const noexcept { return followed_; }

  /// From a snapshot: the settings first.
  void restore_settings(tally_rules rules, std::string followed);
  void restore(const uid& id, workload state);

private:
  // Owner chains in a cluster are two or three long; a cycle can only be made by hand.
  static constexpr int chain_length_max = 16;

  struct link {
    uid id;
    string_id kind{};
    string_id api_version{};
    pool_slice name; ///< empty if it is that of the reference to it
  };

  owner_resolution owner_of(const pod_observed& pod, fact_batch& batch);
  owner_resolution follow(link start, fact_batch& batch);
  link head_of_circle(const link& at, fact_batch& batch) const;
  bool is_followed(string_id kind, string_id api_version);
  void put(const uid& id, workload seen);
  void add_child(const uid& id, const workload& child);
  void remove(const uid& id);
  void add_below(const uid& top, std::vector<uid>& to) const;

  string_table* strings_;
  string_id pod_kind_;
  string_id node_kind_;
  tally_rules rules_;
  std::string followed_;
  absl::flat_hash_map<uid, workload> workloads_;
  /// Those that are seen and belong to no namespace: a few custom ones.
  absl::flat_hash_set<uid> cluster_scoped_;
  /// The workloads that a followed one controls, and that are followed themselves: what stands in the middle
  /// of a chain. None but for kinds that the settings name.
  absl::flat_hash_map<uid, absl::InlinedVector<uid, 1>> children_;
  /// (kind, api version) to whether it is followed: a handful of pairs, so that the text is compared once.
  absl::flat_hash_map<std::pair<string_id, string_id>, bool> is_followed_;
};

} // namespace tallyman
