#include "tally/cluster_state.hpp"

#include <cassert>

namespace tallyman {

void cluster_state::apply(fact_batch& batch, std::uint64_t first_sequence) {
  assert(first_sequence == sequence + 1 && "a batch out of sequence");
  if (batch.facts.empty())
    return;
  const auto platforms = nodes.resolve(batch);
  const auto owners = workloads.resolve(batch);
  image_changes changes;
  placed.apply(batch, platforms, owners, changes);
  positions.apply(batch);
  images.resize(placed.images().size());
  for (const auto index : changes.born)
    images[index] = image_state{placed.images()[index].key};
  for (const auto& event : changes.events) {
    images[event.image].apply(event, batch.text(event.text));
    if (event.kind == image_event_kind::forgotten)
      images[event.image] = {};
  }
  sequence = first_sequence + batch.facts.size() - 1;
  time_ms = batch.facts.back().time_ms;
}

} // namespace tallyman
