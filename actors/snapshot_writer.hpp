#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/messages.hpp"
#include "journal/log.hpp"

namespace tallyman {

/// Writes snapshots of one cluster to its journal. Blocks on the disk: spawn it detached.
class snapshot_writer : public caf::event_based_actor {
public:
  /// `log` must outlive the actor.
  snapshot_writer(caf::actor_config& config, journal::log& log, caf::actor supervisor);

  caf::behavior make_behavior() override;
  const char* name() const override { return "tallyman.snapshot_writer"; }

private:
  journal::log& log_;
  caf::actor supervisor_;
};

} // namespace tallyman
