#pragma once

#include "actors/messages.hpp"
#include "tally/node_table.hpp"

#include <caf/event_based_actor.hpp>

namespace tallyman {

/// Knows the nodes of one cluster and says what each pod runs on. Every batch passes through it before it
/// reaches the images, so its answer is as of that batch.
class node_registry : public caf::event_based_actor {
public:
  node_registry(caf::actor_config& config, node_table nodes, caf::actor workloads);

  caf::behavior make_behavior() override;
  const char* name() const override { return "tallyman.node_registry"; }

private:
  node_table nodes_;
  caf::actor workloads_; ///< next on a batch's way
};

} // namespace tallyman
