#pragma once

namespace tallyman::cli {

/// Makes a descriptor readable, from any thread: wakes whoever waits for it.
class wake_event {
public:
  wake_event();
  ~wake_event();
  wake_event(const wake_event&) = delete;
  wake_event& operator=(const wake_event&) = delete;

  void set() const;
  int descriptor() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

} // namespace tallyman::cli
