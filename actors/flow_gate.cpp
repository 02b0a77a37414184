#include "actors/flow_gate.hpp"

#include "base/invariant.hpp"

namespace tallyman {

result<void> flow_gate::status_locked() const {
  if (failure_)
    return *failure_;
  return {};
}

result<void> flow_gate::status() const {
  const std::lock_guard lock{mutex_};
  return status_locked();
}

result<void> flow_gate::acquire(std::size_t bytes) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return failure_ || bytes_ == 0 || bytes_ + bytes <= bytes_max_; });
  if (!failure_)
    bytes_ += bytes;
  return status_locked();
}

void flow_gate::hold(std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  bytes_ += bytes;
}

void flow_gate::release(std::size_t bytes) {
  {
    const std::lock_guard lock{mutex_};
    invariant(bytes <= bytes_ && "more was released than acquired");
    bytes_ -= bytes;
  }
  changed_.notify_all();
}

result<void> flow_gate::wait_idle() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return failure_ || bytes_ == 0; });
  return status_locked();
}

void flow_gate::fail(const error& failure) {
  {
    const std::lock_guard lock{mutex_};
    if (!failure_)
      failure_ = failure;
  }
  changed_.notify_all();
}

} // namespace tallyman
