#pragma once

#include "messages/string_table.hpp"
#include "messages/uid.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace tallyman {

/// What two names of one image share, and what a scan is about: a digest on an architecture.
struct scan_identity {
  string_id
      image_id{}; ///< of all that hold this digest the one that stands for them (tally/image_directory.hpp)
  string_id architecture{};

  friend bool operator==(const scan_identity&, const scan_identity&) = default;

  template <class H>
  friend H AbslHashValue(H state, const scan_identity& key) {
    return H::combine(std::move(state), key.image_id, key.architecture);
  }
};

/// The digest behind `@` in a status.containerStatuses[].imageID, or the whole if there is none. Runtimes
/// spell what is in front of it in ways of their own.
inline std::string_view digest_of(std::string_view image_id) {
  const auto at = image_id.rfind('@');
  return at == std::string_view::npos || at + 1 == image_id.size() ? image_id : image_id.substr(at + 1);
}

/// The key of one entry of the tally.
struct image_key {
  string_id image_id{}; ///< status.containerStatuses[].imageID as reported, never interpreted
  string_id architecture{};
  string_id name{}; ///< the image string of the container spec: what the user wrote

  friend bool operator==(const image_key&, const image_key&) = default;

  template <class H>
  friend H AbslHashValue(H state, const image_key& key) {
    const auto names =
        std::uint64_t{static_cast<std::uint32_t>(key.image_id)} << 32 | static_cast<std::uint32_t>(key.name);
    return H::combine(std::move(state),
                      names ^ (static_cast<std::uint32_t>(key.architecture) * 0x9e37'79b9'7f4a'7c15));
  }
};

/// Where a pod runs, as far as that is known.
struct platform {
  string_id architecture{};
  string_id os{};
  bool certain = false; ///< false: the node is unknown, and amd64 / linux stands in for it

  friend bool operator==(const platform&, const platform&) = default;
};

/// Indexes into one cluster's tables; an index is given anew only after its last use has been released.
using image_index = std::uint32_t;
using owner_index = std::uint32_t;

} // namespace tallyman
