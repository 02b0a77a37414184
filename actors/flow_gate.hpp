#pragma once

#include "base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

namespace tallyman {

/// Bounds what is under way between a source and the last actor. CAF mailboxes have no bound of their own,
/// so a source pays for what it sends in bytes, and gets them back when the facts have been applied.
///
/// Thread-safe. `acquire` and `wait_idle` block: never call them from an actor that a scheduler worker runs.
class flow_gate {
public:
  explicit flow_gate(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Waits until `bytes` more may be under way. A request over the whole bound waits until it is alone.
  /// Fails, now and ever after, once `fail` was called.
  result<void> acquire(std::size_t bytes);

  /// Takes `bytes` at once, over the bound if need be: for the system's own work, which `wait_idle` is to
  /// wait for. Never blocks.
  void hold(std::size_t bytes);

  void release(std::size_t bytes);

  /// Waits until everything acquired was released.
  result<void> wait_idle();

  /// Fails with what `fail` was given, once it was called. Never blocks.
  result<void> status() const;

  /// Wakes everyone with `failure`; the first one stays.
  void fail(const error& failure);

private:
  result<void> status_locked() const;

  const std::size_t bytes_max_;
  mutable std::mutex mutex_; // guards: all below
  std::condition_variable changed_;
  std::size_t bytes_ = 0;
  std::optional<error> failure_;
};

} // namespace tallyman
