#include "actors/snapshot_saver.hpp"

#include "actors/drop_unexpected.hpp"
#include "replay/snapshots.hpp"

#include <exception>

namespace tallyman {

snapshot_saver::snapshot_saver(caf::actor_config& config, std::shared_ptr<journal::log> log,
                               std::shared_ptr<wait_group> workers, caf::actor supervisor)
    : caf::event_based_actor(config), log_(std::move(log)), workers_(std::move(workers)),
      supervisor_(std::move(supervisor)) {
  workers_->join();
}

void snapshot_saver::on_exit() {
  log_.reset();
  workers_->leave();
}

caf::behavior snapshot_saver::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](const snapshot_wanted& wanted) {
        const auto sequence = wanted.view->state.sequence;
        try {
          const auto written = write_snapshot(*log_, wanted.view->state);
          send(supervisor_, snapshot_finished{sequence, written ? "" : written.failure().what});
        } catch (const std::exception& failure) { // out of memory, say: never fatal
          send(supervisor_, snapshot_finished{sequence, failure.what()});
        }
      },
  };
}

} // namespace tallyman
