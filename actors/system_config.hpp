#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

#include <cstddef>

namespace tallyman {

/// How Tallyman runs CAF.
class system_config : public caf::actor_system_config {
public:
  /// `threads`: scheduler workers, at least 1; the journals' writers and other blocking work come on top.
  explicit system_config(std::size_t threads) {
    set("scheduler.max-threads", threads);
    // Few actors are ready at a time, and each has work for milliseconds. CAF's default, stealing, sleeps
    // between its looks at other queues.
    set("scheduler.policy", caf::atom("sharing"));
  }
};

} // namespace tallyman
