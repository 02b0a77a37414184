#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman::journal {

/// "<path> at <offset>: <reason>": stored bytes are not what was written.
inline error damage_at(std::string_view path, std::uint64_t offset, std::string_view reason) {
  return {error_kind::damaged,
          std::string(path) + " at " + std::to_string(offset) + ": " + std::string(reason)};
}

/// "<path>: <reason>": a whole file is missing, too short or out of place.
inline error damage_of(std::string_view path, std::string_view reason) {
  return {error_kind::damaged, std::string(path) + ": " + std::string(reason)};
}

inline error usage_failure(std::string what) {
  return {error_kind::usage, std::move(what)};
}

} // namespace tallyman::journal
