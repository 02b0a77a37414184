#pragma once

#include "base/invariant.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tallyman {

/// How long to wait after a failed scan. With the defaults: 60, 180, 540, 1,620, 4,860, 14,580, 43,740 and
/// 131,220 s, then 393,660 s each time.
struct back_off_policy {
  std::chrono::milliseconds first = std::chrono::seconds{60};
  std::uint32_t factor = 3;
  std::uint32_t steps = 8;
  std::chrono::milliseconds cap = std::chrono::hours{24 * 7};
  double jitter = 0.0; ///< 0..1: a wait is drawn from [w - w*jitter, w + w*jitter]
};

/// The wait after the failure that follows `failures` earlier ones. `draw` in [0, 1) decides the jitter: the
/// caller draws it, and journals the wait, so that state stays a function of the journal.
inline std::chrono::milliseconds back_off_wait(const back_off_policy& policy, std::uint32_t failures,
                                               double draw = 0.5) {
  invariant(draw >= 0.0 && draw < 1.0 && "a draw is from [0, 1)");
  auto wait = policy.first;
  for (std::uint32_t step = 0; step < std::min(failures, policy.steps) && wait < policy.cap; ++step)
    wait *= policy.factor;
  wait = std::min(wait, policy.cap);
  const auto spread = static_cast<double>(wait.count()) * policy.jitter * (2.0 * draw - 1.0);
  return wait + std::chrono::milliseconds{static_cast<std::int64_t>(spread)};
}

} // namespace tallyman
