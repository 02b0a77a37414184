#pragma once

#include "bench/stores/append_bench.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::bench {

/// Bytes behind the last event that may be read, so that a batch can be written up to a block boundary as it
/// is.
inline constexpr std::size_t event_slack_bytes = 4096;

/// A fixed set of events, cut into batches again and again: the same bytes for every contestant, made before
/// anything is timed.
class event_source {
public:
  /// `batch_events` is at least 1.
  event_source(event_shape shape, std::size_t batch_events);

  /// Batch `index`, counting on without end. A view into this object; the events lie back to back.
  std::span<const std::string_view> batch(std::size_t index) const;

  /// Event bytes of the largest batch.
  std::size_t batch_bytes_max() const noexcept { return batch_bytes_max_; }

  double mean_event_bytes() const noexcept { return mean_event_bytes_; }

private:
  std::size_t batch_events_;
  std::string bytes_;
  std::vector<std::string_view> events_;
  std::size_t batch_bytes_max_ = 0;
  double mean_event_bytes_ = 0;
};

} // namespace tallyman::bench
