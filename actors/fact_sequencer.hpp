#pragma once

#include "actors/delivery.hpp"
#include "actors/intake_counts.hpp"
#include "messages/observations.hpp"
#include "tally/intake.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace tallyman {

/// The supervisor's state machine: lets observations through the intake, and stamps what is admitted with
/// time and sequence. Plain state, no actor; not thread-safe.
class fact_sequencer {
public:
  /// The wall clock: Unix time in milliseconds.
  using clock = std::function<std::int64_t()>;

  /// `last_sequence` and `last_time_ms` are those of the last fact in `state`.
  fact_sequencer(std::shared_ptr<string_table> strings, intake state, std::uint64_t last_sequence,
                 std::int64_t last_time_ms, clock now);

  /// What of `seen` was admitted, or null if nothing was. Takes the pools out of `seen`.
  submission_ptr admit(observations& seen);

  /// Takes in a batch that the journal holds already.
  void replay(const submission& work);

  const intake& state() const noexcept { return intake_; }
  std::uint64_t next_sequence() const noexcept { return next_sequence_; }
  intake_counts counts() const;

private:
  void prefetch(const std::vector<fact>& facts, std::size_t i) const;
  void admit_in_place(submission& work);
  void admit_with_lists(submission& work, const std::vector<list_begin>& lists);
  void admit_fact(submission& work, const fact& candidate);
  void end_list(submission& work, object_kind kind, std::uint64_t version);
  /// Counts a verdict. Returns whether the fact is to be journaled.
  bool note(const fact_body& body, intake::verdict verdict);
  intake_count& count_of(const fact_body& body);

  std::shared_ptr<string_table> strings_;
  intake intake_;
  std::uint64_t next_sequence_;
  std::int64_t last_time_ms_;
  clock now_;
  intake_count pod_count_;
  absl::flat_hash_map<object_kind, intake_count> object_counts_; ///< of all other objects
  intake_count scan_count_, remote_count_, list_count_, bookmark_count_, settings_count_;
};

} // namespace tallyman
