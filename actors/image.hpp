#pragma once

#include "actors/messages.hpp"
#include "tally/image_state.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tallyman {

/// Called before an image applies an event; tests make it throw. Runs on scheduler workers, concurrently.
using image_fault = std::function<void(const image_key&, std::uint64_t sequence)>;

/// One image of one cluster: owns its `image_state` and applies to it the events that are routed here, in
/// order.
///
/// If applying an event throws, the state is half-changed and so worthless: the image asks its group for its
/// state as of the end of that delivery, and keeps what arrives meanwhile. Told to stand aside, it ignores
/// its events and only answers with the reason.
///
/// Whoever would send an idle image a message can have it act at once, on the turn of the sender
/// (actors/borrowed_turn.hpp). To the image there is no difference. There are 20,000 of them, nearly always
/// idle, and each time a message, a scheduler's job and some cache misses are saved: docs/performance.md has
/// the gain.
class image : public caf::event_based_actor {
public:
  /// `state` is what the image starts from; `faults` may be null and must outlive the actor otherwise.
  image(caf::actor_config& config, caf::actor group, image_index index, image_state state,
        const image_fault* faults);

  caf::behavior make_behavior() override;
  const char* name() const override { return "tallyman.image"; }

  /// The image behind a handle that is known to be one's; lives as long as that does.
  static image& behind(const caf::actor& handle) {
    return static_cast<image&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  }

  /// Acts on `change`, or gives its state, now and here if it is idle. False if it has mail or runs: then
  /// send it. `here` is the caller's execution unit.
  bool take_if_idle(const image_changed& change, caf::execution_unit* here);
  bool give_if_idle(const gathering_ptr& into, caf::execution_unit* here);

  /// Prefetches what these two touch first.
  void prefetch() const noexcept;

private:
  enum class mode : std::uint8_t { working, rebuilding, quarantined };

  void take(const image_changed& change);
  void apply(const image_changed& change);
  void fail(const image_changed& change, std::string reason);
  void resume_from(const image_rebuilt& rebuilt);
  void give(const gathering_ptr& into);

  caf::actor group_;
  image_index index_;
  mode mode_ = mode::working;
  image_state state_;
  const image_fault* faults_;

  /// What arrived while the state is being rebuilt, in order: changes, and markers with nothing to change.
  struct waiting {
    image_changed change;
    gathering_ptr gather;
  };
  struct trouble {
    std::vector<waiting> mail; ///< bounded by the flow gate, which gets nothing back meanwhile
    std::string reason;
  };
  std::unique_ptr<trouble> trouble_; ///< null while all is well, to keep 20,000 images small
};

} // namespace tallyman
