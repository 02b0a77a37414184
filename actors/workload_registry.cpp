#include "actors/workload_registry.hpp"

#include "actors/drop_unexpected.hpp"

namespace tallyman {

workload_registry::workload_registry(caf::actor_config& config, workload_table workloads, caf::actor router)
    : caf::event_based_actor(config), workloads_(std::move(workloads)), router_(std::move(router)) {}

caf::behavior workload_registry::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](resolve_owners& step) {
        for (const auto& part : step.work->parts)
          if (part->gather)
            part->gather->put_workloads(workloads_);
          else
            part->owners = workloads_.resolve(part->batch);
        send(router_, facts_resolved{std::move(step.work)});
      },
  };
}

} // namespace tallyman
