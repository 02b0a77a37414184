#include "actors/workload_registry.hpp"

#include "actors/drop_unexpected.hpp"

namespace tallyman {

workload_registry::workload_registry(caf::actor_config& config, workload_table workloads,
                                     caf::actor supervisor)
    : caf::event_based_actor(config), workloads_(std::move(workloads)), supervisor_(std::move(supervisor)) {}

caf::behavior workload_registry::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](resolve_owners& step) {
        if (step.work->gather)
          step.work->gather->put_workloads(workloads_);
        else
          step.work->owners = workloads_.resolve(step.work->batch);
        send(supervisor_, facts_resolved{std::move(step.work)});
      },
  };
}

} // namespace tallyman
