#pragma once

#include "actors/gathering.hpp"
#include "messages/fact.hpp"
#include "tally/placements.hpp"
#include "tally/workload_table.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace tallyman {

/// What was admitted of one submission, or a marker between two of them.
///
/// When its last reference goes, it has been applied, and `on_applied` is called on the thread that dropped
/// it. So mail that is dropped because an image died cannot hold up the flow.
struct submission {
  submission() = default;
  ~submission() {
    if (on_applied)
      on_applied();
  }

  submission(const submission&) = delete;
  submission& operator=(const submission&) = delete;

  /// Of the last fact; for a marker, of the last fact before it.
  std::uint64_t last_sequence() const noexcept { return first_sequence + batch.facts.size() - 1; }

  fact_batch batch;
  std::uint64_t first_sequence = 1;
  std::vector<platform> platforms; ///< of each fact; the node registry's part
  owner_resolutions owners;        ///< the workload registry's part
  /// Set: this is a marker and holds no facts.
  gathering_ptr gather;
  std::function<void()> on_applied;
};

using submission_ptr = std::shared_ptr<submission>;

/// Submissions that became durable together, or one marker, on their way to the images. One actor at a time
/// fills in its part and passes it on (node registry, workload registry, router); from then on it is
/// immutable.
///
/// They travel together because what they mean for one image then costs one message, however small the
/// submissions were.
struct delivery {
  static constexpr std::uint32_t end_of_chain = std::numeric_limits<std::uint32_t>::max();

  bool is_marker() const noexcept { return parts.front()->gather != nullptr; }
  std::uint64_t last_sequence() const noexcept { return parts.back()->last_sequence(); }
  std::string_view text_of(const image_event& event) const {
    return parts[event.part]->batch.text(event.text);
  }

  std::vector<submission_ptr> parts; ///< never empty; by ascending sequence
  image_changes changes;
  /// For each event of `changes` the next one of the same image. A chain in place of a sort: events stay
  /// where they were written, and each image walks its own.
  std::vector<std::uint32_t> next;
};

using delivery_ptr = std::shared_ptr<delivery>;

/// What a delivery means for the images of one group. Its images share it, and not the delivery, so that
/// counting the references to it is between few threads.
struct group_share {
  delivery_ptr work;
  std::vector<added_image> added;
  std::vector<std::uint32_t> firsts;  ///< for each image that changes, where its chain starts
  std::vector<image_index> forgotten; ///< of those, the ones that this is the last of
};

using group_share_ptr = std::shared_ptr<group_share>;

} // namespace tallyman
