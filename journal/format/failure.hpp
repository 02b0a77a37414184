#pragma once

#include "base/result.hpp"
#include "journal/format/format.hpp"

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

/// "<path>: <what> of format version <version>, ...".
inline error too_new_failure(std::string_view path, std::string_view what, std::uint32_t version) {
  return {error_kind::too_new, std::string(path) + ": " + std::string(what) + " of format version " +
                                   std::to_string(version) + ", this program knows up to " +
                                   std::to_string(format_version) + "; use a newer one"};
}

inline error too_new_content(const std::string& directory, std::uint64_t version, std::uint64_t known) {
  return {error_kind::too_new, directory + ": the events are of version " + std::to_string(version) +
                                   ", this program knows up to " + std::to_string(known) +
                                   "; use a newer one"};
}

inline error usage_failure(std::string what) {
  return {error_kind::usage, std::move(what)};
}

} // namespace tallyman::journal
