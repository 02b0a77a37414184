#include "actors/snapshot_writer.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/snapshots.hpp"

namespace tallyman {

snapshot_writer::snapshot_writer(caf::actor_config& config, std::shared_ptr<journal::log> log,
                                 caf::actor supervisor)
    : caf::event_based_actor(config), log_(std::move(log)), supervisor_(std::move(supervisor)) {}

caf::behavior snapshot_writer::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](const snapshot_wanted& wanted) {
        const auto written = write_snapshot(*log_, wanted.view->state);
        send(supervisor_,
             snapshot_finished{wanted.view->state.sequence, written ? "" : written.failure().what});
      },
  };
}

} // namespace tallyman
