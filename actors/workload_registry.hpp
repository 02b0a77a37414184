#pragma once

#include "actors/messages.hpp"
#include "tally/workload_table.hpp"

#include <caf/event_based_actor.hpp>

namespace tallyman {

/// Knows the workloads of one cluster and says who is at the top of each pod's owner chain. Every batch
/// passes through it before it reaches the images, so its answer is as of that batch.
class workload_registry : public caf::event_based_actor {
public:
  workload_registry(caf::actor_config& config, workload_table workloads, caf::actor router);

  caf::behavior make_behavior() override;
  const char* name() const override { return "tallyman.workload_registry"; }

private:
  workload_table workloads_;
  caf::actor router_; ///< next on a batch's way
};

} // namespace tallyman
