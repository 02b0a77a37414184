#pragma once

#include <cstdint>
#include <limits>

namespace tallyman {

/// The moment `wait_ms` after `time_ms`, or the last one that there is: waits come from files, and a huge one
/// means "never", not an overflow.
constexpr std::int64_t later_by(std::int64_t time_ms, std::uint64_t wait_ms) noexcept {
  constexpr auto end_of_time = std::numeric_limits<std::int64_t>::max();
  const auto left = static_cast<std::uint64_t>(end_of_time) - static_cast<std::uint64_t>(time_ms);
  return wait_ms > left ? end_of_time
                        : static_cast<std::int64_t>(static_cast<std::uint64_t>(time_ms) + wait_ms);
}

} // namespace tallyman
