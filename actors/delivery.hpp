#pragma once

#include "actors/gathering.hpp"
#include "messages/fact.hpp"
#include "tally/placements.hpp"
#include "tally/workload_table.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace tallyman {

/// A batch of facts on its way from the journal to the images. One actor at a time fills in its part and
/// passes it on (node registry, workload registry, supervisor); from then on it is immutable, and every
/// image that it changes shares it.
///
/// When the last one lets go, the batch has been applied and `on_applied` is called, on the thread of
/// whoever was last. So mail that is dropped because an image died cannot hold up the flow.
struct delivery {
  static constexpr std::uint32_t end_of_chain = std::numeric_limits<std::uint32_t>::max();

  delivery() = default;
  ~delivery() {
    if (on_applied)
      on_applied();
  }

  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;

  /// Of the last fact; for a marker, of the last fact before it.
  std::uint64_t last_sequence() const noexcept { return first_sequence + batch.facts.size() - 1; }

  fact_batch batch;
  std::uint64_t first_sequence = 1;
  std::vector<platform> platforms;
  std::vector<owner_resolution> owners;
  image_changes changes;
  /// For each event of `changes` the next one of the same image. A chain in place of a sort: events stay
  /// where they were written, and each image walks its own.
  std::vector<std::uint32_t> next;
  /// Set: this is a marker and holds no facts.
  gathering_ptr gather;
  std::function<void()> on_applied;
};

using delivery_ptr = std::shared_ptr<delivery>;

} // namespace tallyman
