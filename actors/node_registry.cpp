#include "actors/node_registry.hpp"

#include "actors/drop_unexpected.hpp"

namespace tallyman {

node_registry::node_registry(caf::actor_config& config, node_table nodes, caf::actor workloads)
    : caf::event_based_actor(config), nodes_(std::move(nodes)), workloads_(std::move(workloads)) {}

caf::behavior node_registry::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](resolve_platforms& step) {
        for (const auto& part : step.work->parts)
          if (part->gather)
            part->gather->put_nodes(nodes_);
          else
            part->platforms = nodes_.resolve(part->batch);
        send(workloads_, resolve_owners{std::move(step.work)});
      },
  };
}

} // namespace tallyman
