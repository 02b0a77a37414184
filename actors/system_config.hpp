#pragma once

#include <caf/actor_system_config.hpp>

#include <cstddef>

namespace tallyman {

/// How Tallyman runs CAF.
class system_config : public caf::actor_system_config {
public:
  /// `threads`: scheduler workers, at least 1; the journals' writers and other blocking work come on top.
  explicit system_config(std::size_t threads) {
    set("scheduler.max-threads", threads);
    // One queue for all workers. CAF's default, stealing, walks a victim's whole queue under two spinlocks
    // for each stolen job, which with thousands of ready actors costs more than the jobs.
    set("scheduler.policy", caf::atom("sharing"));
  }
};

} // namespace tallyman
