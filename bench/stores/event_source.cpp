#include "bench/stores/event_source.hpp"

#include "base/invariant.hpp"

#include <algorithm>
#include <random>

namespace tallyman::bench {

namespace {

/// Events in a source, and so the number after which bytes repeat: more than any store compresses at once.
constexpr std::size_t events_min = 20000;

std::size_t size_of(event_shape shape, std::mt19937_64& random) {
  return shape == event_shape::fixed_200 ? 200 : 36 + random() % 98;
}

} // namespace

event_source::event_source(event_shape shape, std::size_t batch_events) : batch_events_(batch_events) {
  invariant(batch_events >= 1 && "a batch holds at least one event");
  const std::size_t count = (events_min + batch_events - 1) / batch_events * batch_events;
  std::mt19937_64 random(1);
  std::vector<std::size_t> sizes(count);
  std::size_t total = 0;
  for (std::size_t& size : sizes)
    total += size = size_of(shape, random);
  bytes_.resize(total + event_slack_bytes);
  for (char& byte : bytes_)
    byte = static_cast<char>(random());
  std::size_t offset = 0;
  for (const std::size_t size : sizes) {
    events_.emplace_back(bytes_.data() + offset, size);
    offset += size;
  }
  for (std::size_t first = 0; first < count; first += batch_events) {
    const std::string_view last = events_[first + batch_events - 1];
    const auto batch_bytes = static_cast<std::size_t>(last.data() + last.size() - events_[first].data());
    batch_bytes_max_ = std::max(batch_bytes_max_, batch_bytes);
  }
  mean_event_bytes_ = static_cast<double>(total) / static_cast<double>(count);
}

std::span<const std::string_view> event_source::batch(std::size_t index) const {
  const std::size_t batches = events_.size() / batch_events_;
  return std::span(events_).subspan(index % batches * batch_events_, batch_events_);
}

} // namespace tallyman::bench
