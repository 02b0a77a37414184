#pragma once

#include "actors/messages.hpp"
#include "base/wait_group.hpp"
#include "journal/log.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>

namespace tallyman {

/// Image group to rebuilder: bring `image`, whose key is `key`, back to what it was after `sequence`.
struct rebuild_wanted {
  caf::actor image;
  image_key key;
  std::uint64_t sequence = 0;
};

/// Rebuilds the state of images that failed, from snapshot and journal, by the state machine without actors
/// (`state_at`). Each image group spawns one at its first failure. Blocks on the disk: spawn it detached.
class image_rebuilder : public caf::event_based_actor {
public:
  image_rebuilder(caf::actor_config& config, std::shared_ptr<journal::log> log,
                  std::shared_ptr<wait_group> workers);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.image_rebuilder"; }

private:
  image_rebuilt rebuild(const rebuild_wanted& wanted) const;

  std::shared_ptr<journal::log> log_;
  std::shared_ptr<wait_group> workers_;
};

} // namespace tallyman

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tallyman::rebuild_wanted)
