#pragma once

#include "tally/image_event.hpp"

namespace tallyman {

class image_state;
class fact_batch;

/// Sees every event of every image as `cluster_state::apply` takes it in.
class image_observer {
public:
  virtual ~image_observer() = default;

  /// `image` is about to take `event` in; `batch` holds the text that the event refers to.
  virtual void before(const image_event& event, const image_state& image, const fact_batch& batch) = 0;

  /// `image` has taken it in; it is dropped after an event `forgotten`.
  virtual void after(const image_event& event, const image_state& image, const fact_batch& batch) = 0;
};

} // namespace tallyman
