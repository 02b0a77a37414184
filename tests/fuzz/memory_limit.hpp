#pragma once

#include <cstddef>

namespace tallyman::testing {

/// While it lives, this thread's program may have at most `bytes` more on the heap than when it was made.
/// Going over that aborts at the allocation itself, so that the stack shows who asked. One at a time.
class memory_limit {
public:
  explicit memory_limit(std::size_t bytes);
  ~memory_limit();
  memory_limit(const memory_limit&) = delete;
  memory_limit& operator=(const memory_limit&) = delete;

  /// The most that was in use at once since this was made.
  std::size_t peak_bytes() const;
};

} // namespace tallyman::testing
