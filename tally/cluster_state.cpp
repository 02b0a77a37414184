#include "tally/cluster_state.hpp"

#include "base/invariant.hpp"

namespace tallyman {

namespace {

void prefetch(const image_state* state) {
#pragma GCC unroll 8
  for (std::size_t line = 0; line < sizeof(image_state); line += 64)
    __builtin_prefetch(reinterpret_cast<const char*>(state) + line);
}

} // namespace

void cluster_state::apply(fact_batch& batch, std::uint64_t first_sequence, image_observer* observer) {
  invariant(first_sequence == sequence + 1 && "a batch out of sequence");
  if (batch.facts.empty())
    return;
  const auto platforms = nodes.resolve(batch);
  const auto owners = workloads.resolve(batch);
  image_changes changes;
  placed.recycle_images();
  placed.apply(batch, platforms, owners, changes);
  positions.apply(batch);
  images.resize(placed.images().size());
  for (const auto& [index, key] : changes.added)
    images[index] = image_state{key};
  constexpr std::size_t image_ahead = 16, pod_ahead = 8;
  for (std::size_t i = 0; i < changes.events.size(); ++i) {
    const auto& event = changes.events[i];
    if (i + image_ahead < changes.events.size())
      prefetch(&images[changes.events[i + image_ahead].image]);
    if (i + pod_ahead < changes.events.size())
      images[changes.events[i + pod_ahead].image].prefetch(changes.events[i + pod_ahead].pod);
    if (observer != nullptr)
      observer->before(event, images[event.image], batch);
    images[event.image].apply(event, batch.text(event.text));
    if (observer != nullptr)
      observer->after(event, images[event.image], batch);
    if (event.kind == image_event_kind::forgotten)
      images[event.image] = {};
  }
  sequence = first_sequence + batch.facts.size() - 1;
  time_ms = batch.facts.back().time_ms;
}

} // namespace tallyman
