#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>

namespace tallyman::journal {

/// What the log tells its user. Called from the thread that writes: the writer thread, or one that waits for
/// its events in flush() or append_durably(); with manual_steps also in step(), append(), a snapshot's
/// commit() and close(). Never two at the same time. They must not call back into the log, other than
/// durable_sequence(), and not block for long: the next batch waits.
struct log_callbacks {
  /// All events up to and including `sequence` are on disk. In order, once per batch that holds events.
  std::function<void(std::uint64_t sequence)> on_durable;

  /// A write or a sync failed. Called once; final: nothing is acknowledged afterwards, and the process
  /// should stop, since only a fresh recovery knows what the disk holds.
  std::function<void(const error& failure)> on_failure;
};

} // namespace tallyman::journal
