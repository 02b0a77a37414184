#pragma once

#include "actors/messages.hpp"
#include "base/wait_group.hpp"
#include "journal/log.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>

namespace tallyman {

/// Writes snapshots of one cluster to its journal. Blocks on the disk: spawn it detached.
class snapshot_saver : public caf::event_based_actor {
public:
  snapshot_saver(caf::actor_config& config, std::shared_ptr<journal::log> log,
                 std::shared_ptr<wait_group> workers, caf::actor supervisor);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.snapshot_saver"; }

private:
  std::shared_ptr<journal::log> log_;
  std::shared_ptr<wait_group> workers_;
  caf::actor supervisor_;
};

} // namespace tallyman
