#pragma once

#include "actors/worker_policy.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <cstddef>

namespace tallyman {

/// How Tallyman runs CAF.
class system_config : public caf::actor_system_config {
public:
  /// `threads`: scheduler workers, at least 1; the journals' writers and other blocking work come on top.
  explicit system_config(std::size_t threads) {
    set("scheduler.max-threads", threads);
    load<caf::scheduler::coordinator<worker_policy>>();
  }
};

} // namespace tallyman
