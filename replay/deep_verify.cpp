#include "replay/deep_verify.hpp"

#include "replay/snapshots.hpp"
#include "tally/snapshot/digest.hpp"

#include <fmt/format.h>

namespace tallyman {

result<cluster_state> first_state(const journal::log& log) {
  const auto history = log.info().history_sequence;
  if (history == 0)
    return empty_state(log);
  auto snapshot = log.snapshot_before(history);
  if (!snapshot)
    return snapshot.failure();
  return decode_snapshot(**snapshot);
}

result<std::uint64_t> compare_snapshots(const journal::log& log,
                                        const std::vector<std::uint64_t>& snapshots) {
  auto state = first_state(log);
  if (!state)
    return state.failure();
  std::uint64_t compared = 0;
  for (const auto sequence : snapshots) {
    if (sequence <= state->sequence || sequence > log.info().last_sequence)
      continue;
    if (auto reached = apply_events(log, *state, sequence); !reached)
      return reached.failure();
    auto snapshot = log.snapshot_before(sequence);
    if (!snapshot)
      return snapshot.failure();
    if (!*snapshot || (*snapshot)->sequence() != sequence)
      continue; // a writer thinned it out meanwhile
    auto held = decode_snapshot(**snapshot);
    if (!held)
      return held.failure();
    if (digest(*held, digest_scope::everything) != digest(*state, digest_scope::everything))
      return error{
          error_kind::damaged,
          fmt::format("{}: holds another state than the events before it lead to", (*snapshot)->path())};
    ++compared;
  }
  if (auto reached = apply_events(log, *state, log.info().last_sequence); !reached)
    return reached.failure();
  return compared;
}

} // namespace tallyman
