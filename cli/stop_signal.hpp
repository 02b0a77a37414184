#pragma once

#include <memory>

namespace tallyman::cli {

/// Turns the first SIGINT or SIGTERM into a request to stop. A second one ends the process at once, which
/// loses nothing that was acknowledged.
///
/// At most one at a time; make it before other threads start. The destructor restores what was before.
class stop_signal {
public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;
  stop_signal& operator=(const stop_signal&) = delete;

  /// The signal that came; 0: none.
  int received() const noexcept;

  /// Waits until `descriptor` has something to read (or has ended). False: a signal came.
  bool wait_readable(int descriptor) const;

private:
  struct previous;
  std::unique_ptr<previous> previous_;
};

} // namespace tallyman::cli
