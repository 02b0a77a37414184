#pragma once

#include "actors/delivery.hpp"
#include "actors/intake_counts.hpp"
#include "messages/observations.hpp"
#include "tally/intake.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace tallyman {

/// The supervisor's front half: lets observations through the intake, stamps what is admitted with time and
/// sequence, and so makes a delivery of them. Plain state, no actor.
class fact_sequencer {
public:
  /// The wall clock: Unix time in milliseconds.
  using clock = std::function<std::int64_t()>;

  /// `last_sequence` and `last_time_ms` are those of the last fact in `state`.
  fact_sequencer(std::shared_ptr<string_table> strings, intake state, std::uint64_t last_sequence,
                 std::int64_t last_time_ms, clock now);

  /// The delivery that `seen` becomes, or null if nothing of it was admitted. Takes the pools out of `seen`.
  delivery_ptr admit(observations& seen);

  /// Takes in a batch that the journal holds already.
  void replay(const delivery& work);

  const intake& state() const noexcept { return intake_; }
  std::uint64_t next_sequence() const noexcept { return next_sequence_; }
  intake_counts counts() const;

private:
  void admit_fact(delivery& work, fact candidate);
  void end_list(delivery& work, string_id kind, std::int64_t time_ms);
  intake_count& count_of(const fact_body& body);

  std::shared_ptr<string_table> strings_;
  intake intake_;
  std::uint64_t next_sequence_;
  std::int64_t last_time_ms_;
  clock now_;
  absl::flat_hash_map<string_id, intake_count> object_counts_;
  intake_counts other_counts_;
};

} // namespace tallyman
