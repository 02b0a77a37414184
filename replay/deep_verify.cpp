#include "replay/deep_verify.hpp"

#include "replay/fact_journal.hpp"
#include "replay/snapshots.hpp"
#include "tally/snapshot/digest.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <fmt/format.h>

#include <span>

namespace tallyman {

namespace {

result<cluster_state> state_in(journal::snapshot_reader& snapshot) {
  snapshot_decoder decoder;
  const auto named = [&](const error& failure) {
    return error{failure.kind, snapshot.path() + ": " + failure.what};
  };
  for (;;) {
    auto block = snapshot.next();
    if (!block)
      return block.failure();
    if (!*block)
      break;
    const auto bytes = std::as_bytes(std::span{(*block)->bytes.data(), (*block)->bytes.size()});
    if (auto taken = decoder.block((*block)->type, bytes); !taken)
      return named(taken.failure());
  }
  auto state = decoder.finish();
  if (!state)
    return named(state.failure());
  state->defined_strings = state->strings->size();
  return state;
}

/// Applies the events behind the state, up to `last`.
result<void> advance(const journal::log& log, cluster_state& state, std::uint64_t last) {
  auto cursor = log.replay({state.sequence + 1});
  if (!cursor)
    return cursor.failure();
  fact_reader reader{std::move(*cursor), *state.strings};
  for (fact_batch batch; state.sequence < last; batch.clear()) {
    const auto first = reader.next(batch, last);
    if (!first)
      return first.failure();
    if (!*first)
      break;
    for (const auto& each : batch.facts)
      state.incoming.admit(batch, each);
    state.apply(batch, **first);
  }
  return {};
}

} // namespace

result<cluster_state> first_state(const journal::log& log) {
  const auto history = log.info().history_sequence;
  if (history == 0)
    return empty_state(log);
  auto snapshot = log.snapshot_before(history);
  if (!snapshot)
    return snapshot.failure();
  return state_in(**snapshot);
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
    if (auto reached = advance(log, *state, sequence); !reached)
      return reached.failure();
    auto snapshot = log.snapshot_before(sequence);
    if (!snapshot)
      return snapshot.failure();
    if (!*snapshot || (*snapshot)->sequence() != sequence)
      continue; // a writer thinned it out meanwhile
    auto held = state_in(**snapshot);
    if (!held)
      return held.failure();
    if (digest(*held, digest_scope::everything) != digest(*state, digest_scope::everything))
      return error{
          error_kind::damaged,
          fmt::format("{}: holds another state than the events before it lead to", (*snapshot)->path())};
    ++compared;
  }
  if (auto reached = advance(log, *state, log.info().last_sequence); !reached)
    return reached.failure();
  return compared;
}

} // namespace tallyman
