#include "actors/gathering.hpp"

namespace tallyman {

gathering::~gathering() {
  if (missing_.load() == 0)
    on_gathered_(std::move(view_));
  else
    on_gathered_(nullptr);
}

void gathering::put_placements(const placements& placed, const watch_positions& positions,
                               std::uint64_t sequence, std::int64_t time_ms) {
  auto& state = view_->state;
  state.positions = positions;
  state.sequence = sequence;
  state.time_ms = time_ms;
  const auto& directory = placed.images();
  state.images.resize(directory.size());
  for (image_index index = 0; index < directory.size(); ++index)
    if (directory[index].live)
      missing_.fetch_add(1, std::memory_order_relaxed);
  put(state.placed, placed);
}

void gathering::put_quarantined(image_index index, std::string reason) {
  const std::lock_guard lock{quarantine_mutex_};
  view_->quarantined.push_back({index, std::move(reason)});
  missing_.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace tallyman
