#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the program with a message if `condition` is false: something is broken that no input can break.
///
///     invariant(pods > 0 && "an image lost more pods than it had");
///
/// Stays on in every build, so `condition` must cost next to nothing. Not `assert`: NDEBUG, which release
/// builds define, turns off the debug checks of the libraries, too, and those of Abseil's tables cost a
/// quarter of the state machine's time.
#define invariant(...)                                                                                       \
  (static_cast<bool>(__VA_ARGS__) ? static_cast<void>(0)                                                     \
                                  : ::tallyman::invariant_broken(#__VA_ARGS__, __FILE__, __LINE__))

namespace tallyman {

[[noreturn]] inline void invariant_broken(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "tallyman: broken invariant: %s (%s:%d); please report it\n", condition, file, line);
  std::abort();
}

} // namespace tallyman
