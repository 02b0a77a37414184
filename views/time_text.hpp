#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman {

/// The wall clock: Unix time in milliseconds, UTC.
std::int64_t now_ms();

/// "2026-11-23T10:15:30.250Z". Times before 1970 or after 9999 are shown as the nearest that is not.
std::string format_time(std::int64_t time_ms);

/// Unix milliseconds of an RFC 3339 time; digits behind the third of a fraction are dropped.
/// Errors: `usage`.
result<std::int64_t> parse_time(std::string_view text);

/// Milliseconds of a duration like "90s", "2h30m", "1w2d": whole numbers of w, d, h, m and s, each at most
/// once and larger units first. At most a thousand years. Errors: `usage`.
result<std::int64_t> parse_duration(std::string_view text);

/// A duration for people, in its two largest units: "0s", "42s", "3m5s", "7h12m", "3d4h". Negative ones are
/// "0s".
std::string format_duration(std::int64_t duration_ms);

} // namespace tallyman
