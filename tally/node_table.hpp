#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"

#include <absl/container/flat_hash_map.h>

#include <vector>

namespace tallyman {

/// The nodes of a cluster as of one sequence, and the answer to "what does a pod on this node run on?". A
/// name is what its newest object says, whatever becomes of older ones.
///
/// Plain state: the node registry actor owns one. Copyable, so that a snapshot can take it along.
class node_table {
public:
  struct node {
    uid id;
    string_id architecture{};
    string_id os{};
    std::uint64_t resource_version = 0; ///< of the last fact about it; 0: unknown

    friend bool operator==(const node&, const node&) = default;
  };

  /// `strings` is the cluster's; it must outlive the table.
  explicit node_table(string_table& strings, tally_rules rules = tally_rules::second);

  /// Takes the node facts of `batch` in, in order, and returns for each fact the platform that it asks for:
  /// a pod's node's, as of that fact; a node's own. Other facts get an empty one.
  std::vector<platform> resolve(const fact_batch& batch);

  /// The platform of a pod on the node of this name: amd64 / linux, provisionally, if it is unknown.
  platform platform_of(string_id node_name) const;

  const absl::flat_hash_map<string_id, node>& nodes() const noexcept { return nodes_; }
  /// From a snapshot: the rules first.
  void restore_rules(tally_rules rules) noexcept { rules_ = rules; }
  void restore(string_id name, node state);

private:
  void forget(const node_gone& gone);
  void put(string_id name, node state);

  absl::flat_hash_map<string_id, node> nodes_; ///< by name, which is what a pod refers to
  absl::flat_hash_map<uid, string_id> names_;
  platform fallback_;
  tally_rules rules_;
};

} // namespace tallyman
