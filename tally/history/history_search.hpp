#pragma once

#include "messages/keys.hpp"
#include "messages/wire/record_glance.hpp"
#include "tally/cluster_state.hpp"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// Whose history is wanted, and which pods matter to it.
///
/// A history is what the state machine makes of the journal. But of ten million events only those of a few
/// pods matter to one image: the search finds these pods by a glance at each record, in as many passes over
/// the journal as it takes, so that the state machine then gets their events and no others. It may take in
/// more pods than necessary, never fewer: with all events of a pod, its placement is exact.
///
/// A pass: `begin_pass`, then `know` and `see` in the order of the journal, then `end_pass`.
class history_search {
public:
  virtual ~history_search() = default;

  /// A string of the table, in front of everything that uses it. May be told again. `text` lives as long as
  /// the table.
  virtual void know(string_id id, std::string_view text) = 0;

  /// `start` is the state before the first record of the pass.
  virtual void begin_pass(const cluster_state& start) = 0;
  virtual void see(const pod_glance& pod) = 0;
  virtual void see(const workload_glance& workload) = 0;
  /// True: all pods that matter are known. False: one more pass.
  virtual bool end_pass() = 0;

  /// Whether `see` wants workloads.
  virtual bool sees_workloads() const = 0;

  bool concerns(const uid& pod) const { return pods_.contains(pod); }

  // After the last pass.

  /// Whether the image itself is asked for: when it came and went, and how its scans went.
  virtual bool is_about(const image_key& image) const = 0;
  /// Whether it is asked when `who` gained or lost `image`.
  virtual bool is_about(const image_key& image, const owner& who) const = 0;

protected:
  absl::flat_hash_set<uid> pods_;
};

/// A set of string ids, a bit for each: `contains` is called for every record of a journal.
class string_id_set {
public:
  void insert(string_id id) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= marks_.size())
      marks_.resize(std::max(index + 1, marks_.size() * 2));
    marks_[index] = true;
  }
  bool contains(string_id id) const noexcept {
    const auto index = static_cast<std::size_t>(id);
    return index < marks_.size() && marks_[index];
  }

private:
  std::vector<bool> marks_;
};

} // namespace tallyman
