#pragma once

#include "journal/read/log_walk.hpp"
#include "journal/replay_cursor.hpp"

#include <cstdint>

namespace tallyman::journal {

/// What a replay_cursor reads from: a walk over the batches, and the first event wanted. Batches before that
/// event are passed over; of the one that holds it the front is left out.
class replay_cursor::source {
public:
  source(log_walk walk, std::uint64_t from_sequence)
      : walk_(std::move(walk)), from_sequence_(from_sequence) {}

  result<std::optional<batch_view>> next();

private:
  log_walk walk_;
  std::uint64_t from_sequence_;
  std::optional<error> failure_;
};

} // namespace tallyman::journal
