#pragma once

#include "actors/delivery.hpp"
#include "actors/intake_counts.hpp"
#include "messages/observations.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tallyman {

// What the actors of one cluster say to each other. All of it stays within the process: the types hold
// shared pointers and are never serialised.

/// Source to supervisor: something was seen. `bytes` were acquired from the flow gate for it. `on_applied`
/// may be empty; see `cluster::submit`.
struct facts_seen {
  std::shared_ptr<observations> seen;
  std::size_t bytes = 0;
  std::function<void()> on_applied;
};

/// Recovery to supervisor: facts that the journal holds.
struct facts_replayed {
  submission_ptr work;
};

/// Recovery to supervisor: that was all; from here on facts are journaled. The journal defines the strings
/// with an id below `defined_strings`.
struct recovery_done {
  std::uint32_t defined_strings = 0;
};

/// Supervisor to router, in order: facts that are in the journal or on their way into it, or a marker.
struct facts_journaled {
  submission_ptr work;
};

/// Journal writer to router, or supervisor to router during recovery: everything up to `sequence` is on disk.
/// May overtake the `facts_journaled` that it is about.
struct facts_durable {
  std::uint64_t sequence = 0;
};

/// Journal writer to supervisor: the journal has failed for good; nothing more will become durable.
struct journal_failed {
  std::string reason;
};

/// Router to node registry: fill in what you know, and pass it on.
struct resolve_platforms {
  delivery_ptr work;
};
/// Node registry to workload registry: the same.
struct resolve_owners {
  delivery_ptr work;
};
/// Workload registry to router: all is filled in.
struct facts_resolved {
  delivery_ptr work;
};

/// Router to image group: your images' part of a delivery.
struct images_changed {
  group_share_ptr share;
};

/// Image group to image: your events, a chain in the delivery that starts at `first`.
struct image_changed {
  group_share_ptr share;
  std::uint32_t first = 0;

  const delivery& work() const noexcept { return *share->work; }
};

/// Router to image group, image group to image: copy your state into the gathering.
struct image_gather {
  gathering_ptr into;
};

/// Anyone to supervisor: send a marker after everything seen so far.
struct gather_state {
  gathering_ptr into;
};

/// Image to its group: applying an event threw; the state is lost and must be rebuilt as of `sequence`.
struct image_failed {
  image_index image = 0;
  std::uint64_t sequence = 0;
  std::string reason;
};

/// Image group or rebuilder to image: your state as it was after `sequence`, or, if there is none, stand
/// aside.
struct image_rebuilt {
  std::shared_ptr<const image_state> state;
  std::uint64_t sequence = 0;
  std::string reason;
};

/// Anyone to inventory: the whole cluster at one sequence, no earlier than everything sent before.
/// Answered with a `view_answer`.
struct view_wanted {};
/// The whole cluster at one sequence.
struct view_answer {
  cluster_view_ptr view; ///< null: an actor died under way; ask again
};

/// Supervisor to snapshot saver: write this state as a snapshot.
struct snapshot_wanted {
  cluster_view_ptr view;
};
/// Snapshot saver to supervisor: it is done. `failure` is empty if all went well.
struct snapshot_finished {
  std::uint64_t sequence = 0;
  std::string failure;
};

/// Anyone to supervisor: what became of the facts so far? Answered with a `counts_answer`.
struct counts_wanted {};
/// What became of the facts, by kind.
struct counts_answer {
  intake_counts counts;
};

} // namespace tallyman

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::facts_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::facts_replayed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::recovery_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::facts_durable)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::journal_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::resolve_platforms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::resolve_owners)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::facts_resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::facts_journaled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::images_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::image_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::image_gather)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::gather_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::image_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::image_rebuilt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::view_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::view_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::snapshot_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::snapshot_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::counts_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::counts_answer)
