#pragma once

#include "journal/format/format.hpp"
#include "journal/record.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace tallyman::journal {

/// Set in the kind byte of a definition.
inline constexpr std::uint8_t definition_bit = 0x80;

/// Kind byte of a time mark: its payload is the time base (i64) of the records behind it.
inline constexpr std::uint8_t time_mark_kind = 0xff;

/// What stands in front of a record's payload.
struct record_prefix {
  std::uint32_t size = 0;          ///< payload bytes, 24 bits
  std::uint8_t kind = 0;           ///< type, with definition_bit; or time_mark_kind
  std::uint32_t time_delta_ms = 0; ///< since the time base
};

inline void put_prefix(std::byte* into, const record_prefix& prefix) noexcept {
  field_writer fields(into);
  fields.put(prefix.size | static_cast<std::uint32_t>(prefix.kind) << 24);
  fields.put(prefix.time_delta_ms);
}

inline record_prefix get_prefix(const char* from) noexcept {
  field_reader fields(from);
  const auto word = fields.get<std::uint32_t>();
  return {word & 0xffffff, static_cast<std::uint8_t>(word >> 24), fields.get<std::uint32_t>()};
}

inline void put_time_mark(std::byte* into, std::int64_t time_ms) noexcept {
  put_prefix(into, {sizeof time_ms, time_mark_kind, 0});
  field_writer(into + record_prefix_bytes).put(time_ms);
}

inline std::int64_t get_time_mark(const char* payload) noexcept {
  return field_reader(payload).get<std::int64_t>();
}

/// Whether `time_ms` can be stored relative to `base_ms`. Unsigned arithmetic: extreme times must not
/// overflow.
inline bool delta_fits(std::int64_t base_ms, std::int64_t time_ms) noexcept {
  if (time_ms < base_ms)
    return false;
  const auto delta = static_cast<std::uint64_t>(time_ms) - static_cast<std::uint64_t>(base_ms);
  return delta <= std::numeric_limits<std::uint32_t>::max();
}

} // namespace tallyman::journal
