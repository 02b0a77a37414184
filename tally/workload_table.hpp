#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

namespace tallyman {

/// The end of an owner chain, as far as it is known.
struct owner_resolution {
  uid id;
  uid waiting_on; ///< the parent that is not known yet; empty once the owner is certain
  string_id kind{};
  pool_slice name; ///< in the batch's pool

  bool certain() const noexcept { return waiting_on.empty(); }
};

/// The workloads of a cluster as of one sequence, and the answer to "who is at the top of this chain?".
/// Plain state: the workload registry actor owns one. Copyable, so that a snapshot can take it along.
///
/// ReplicaSets (apps, extensions) and Jobs (batch) are followed to their own controller; every other kind is
/// an owner as it is, so a reference to it need not be resolved.
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
    string_id name_space{};
    std::string name;
    reference controller; ///< empty id: it has none

    friend bool operator==(const workload&, const workload&) = default;
  };

  /// `strings` is the cluster's; it must outlive the table.
  explicit workload_table(string_table& strings);

  /// Takes the workload facts of `batch` in, in order, and returns for each fact the owner that it asks for:
  /// of a pod, as of that fact; of a workload, what those who wait for it now have. Names go into the
  /// batch's pool.
  std::vector<owner_resolution> resolve(fact_batch& batch);

  const absl::flat_hash_map<uid, workload>& workloads() const noexcept { return workloads_; }
  void restore(const uid& id, workload state) { workloads_[id] = std::move(state); }

private:
  // Owner chains in a cluster are two or three long; a cycle can only be made by hand.
  static constexpr int chain_length_max = 16;

  struct link {
    uid id;
    string_id kind{};
    string_id api_version{};
    pool_slice name; ///< of the first link only
  };

  owner_resolution owner_of(const pod_observed& pod, fact_batch& batch);
  owner_resolution follow(link start, fact_batch& batch);
  bool is_followed(string_id kind, string_id api_version);
  void put(const workload_observed& seen, const fact_batch& batch);

  string_table* strings_;
  string_id pod_kind_;
  string_id node_kind_;
  absl::flat_hash_map<uid, workload> workloads_;
  /// (kind, api version) to whether it is followed: a handful of pairs, so that the text is compared once.
  absl::flat_hash_map<std::pair<string_id, string_id>, bool> followed_;
};

} // namespace tallyman
