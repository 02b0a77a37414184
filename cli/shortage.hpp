#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace tallyman::cli {

// What to do when the system has no more threads, memory or descriptors. The journal is made for a process
// that ends at any instant, so that is what it does: one line, exit code 3, and nothing acknowledged is lost.
// Neither CAF nor the standard library can be unwound from a start that was cut in the middle: that ends in a
// crash, or in a wait for a thread that never began.

/// From now on memory that cannot be had ends the process. A thread that cannot be had does so always.
void end_on_shortage() noexcept;

/// Ends the process because of `what` ("another thread"), which the system refuses with `number` (errno).
/// Callable from any thread, without memory; the first one that does is the one that is heard.
[[noreturn]] void end_for_want_of(std::string_view what, int number) noexcept;

/// Raises the process's own limit on descriptors to `count`, if it is lower. Fails with error_kind::io if the
/// system's limit on that limit does not allow it.
result<void> allow_descriptors(std::uint64_t count);

} // namespace tallyman::cli
