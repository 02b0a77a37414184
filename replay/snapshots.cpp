#include "replay/snapshots.hpp"

#include "replay/fact_journal.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <spdlog/spdlog.h>

#include <span>
#include <string_view>

namespace tallyman {

result<void> write_snapshot(journal::log& log, const cluster_state& state) {
  auto writer = log.begin_snapshot(state.sequence);
  if (!writer)
    return writer.failure();
  auto encoded = encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    return (*writer)->add_block(type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
  if (!encoded)
    return encoded;
  return (*writer)->commit();
}

result<cluster_state> decode_snapshot(journal::snapshot_reader& snapshot) {
  snapshot_decoder decoder;
  for (;;) {
    auto block = snapshot.next();
    if (!block)
      return block.failure();
    if (!*block)
      break;
    const auto bytes = std::as_bytes(std::span{(*block)->bytes.data(), (*block)->bytes.size()});
    if (auto taken = decoder.block((*block)->type, bytes); !taken)
      return error{taken.failure().kind, snapshot.path() + ": " + taken.failure().what};
  }
  auto state = decoder.finish();
  if (!state)
    return error{state.failure().kind, snapshot.path() + ": " + state.failure().what};
  if (state->sequence != snapshot.sequence())
    return error{error_kind::damaged, snapshot.path() + ": it holds the state of sequence " +
                                          std::to_string(state->sequence) + ", not of its own"};
  state->defined_strings = state->strings->size();
  return std::move(*state);
}

namespace {

/// The state in the snapshot that was `found`, if one was and it can be decoded.
result<std::optional<cluster_state>> load(const journal::log& log,
                                          result<std::optional<journal::snapshot_reader>> found) {
  if (!found)
    return found.failure();
  if (!*found)
    return std::optional<cluster_state>{};
  auto loaded = decode_snapshot(**found);
  if (loaded)
    return std::optional<cluster_state>{std::move(*loaded)};
  if (loaded.failure().kind != error_kind::damaged || log.info().first_sequence > 1)
    return loaded.failure();
  // The journal holds every event that the snapshot stands for: slower, but nothing is lost.
  spdlog::warn("a snapshot is passed over, and the state rebuilt from the first event: {}",
               loaded.failure().what);
  return std::optional<cluster_state>{};
}

} // namespace

result<std::optional<cluster_state>> load_snapshot(const journal::log& log) {
  return load(log, log.newest_snapshot());
}

cluster_state empty_state(const journal::log& log) {
  const auto seed = log.info().id.low;
  return cluster_state{std::make_shared<string_table>(), seed, tally_rules::first};
}

result<cluster_state> start_before(const journal::log& log, std::uint64_t sequence) {
  auto loaded = load(log, log.snapshot_before(sequence - 1));
  if (!loaded)
    return loaded.failure();
  if (*loaded)
    return std::move(**loaded);
  return empty_state(log);
}

result<void> apply_events(const journal::log& log, cluster_state& state, std::uint64_t last,
                          bool without_intake) {
  auto cursor = log.replay({state.sequence + 1});
  if (!cursor)
    return cursor.failure();
  fact_reader reader{std::move(*cursor), *state.strings};
  for (fact_batch batch;; batch.clear()) {
    const auto first = reader.next(batch, last);
    if (!first)
      return first.failure();
    if (!*first)
      break;
    if (!without_intake)
      for (const auto& each : batch.facts)
        state.incoming.remember(batch, each);
    state.apply(batch, **first);
  }
  state.defined_strings = state.strings->size();
  return {};
}

result<cluster_state> state_at(const journal::log& log, std::uint64_t sequence,
                               const state_options& options) {
  auto start = options.ignore_snapshots ? empty_state(log) : start_before(log, sequence + 1);
  if (!start)
    return start.failure();
  if (auto applied = apply_events(log, *start, sequence, options.without_intake); !applied)
    return applied.failure();
  return start;
}

} // namespace tallyman
