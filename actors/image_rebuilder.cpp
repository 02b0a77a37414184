#include "actors/image_rebuilder.hpp"

#include "actors/drop_unexpected.hpp"
#include "replay/snapshots.hpp"

#include <exception>

namespace tallyman {

image_rebuilder::image_rebuilder(caf::actor_config& config, std::shared_ptr<journal::log> log,
                                 std::shared_ptr<wait_group> workers)
    : caf::event_based_actor(config), log_(std::move(log)), workers_(std::move(workers)) {
  workers_->join();
}

void image_rebuilder::on_exit() {
  log_.reset();
  workers_->leave();
}

caf::behavior image_rebuilder::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](const rebuild_wanted& wanted) {
        try {
          send(wanted.image, rebuild(wanted));
        } catch (const std::exception& failure) {
          // The event itself is the trouble, not the actor: no replay will get past it.
          send(wanted.image, image_rebuilt{nullptr, wanted.sequence, failure.what()});
        }
      },
  };
}

image_rebuilt image_rebuilder::rebuild(const rebuild_wanted& wanted) const {
  auto state = state_at(*log_, wanted.sequence);
  if (!state)
    return {nullptr, wanted.sequence, state.failure().what};
  const auto index = state->placed.images().find(wanted.key);
  if (!index)
    return {std::make_shared<image_state>(wanted.key), wanted.sequence, {}};
  return {std::make_shared<image_state>(std::move(state->images[*index])), wanted.sequence, {}};
}

} // namespace tallyman
