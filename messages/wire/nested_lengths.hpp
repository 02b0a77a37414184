#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tallyman {

/// Whether every length among a protobuf message's own fields stays within it. To be asked before a message
/// that has submessages is parsed: protobuf believes a submessage's length until its end does not come, and
/// meanwhile reserves up to 50 MB for a string in it.
inline bool nested_lengths_fit(std::span<const std::byte> message) {
  std::size_t at = 0;
  const auto varint = [&](std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; at < message.size() && shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(message[at++]);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80)
        return true;
    }
    return false;
  };
  while (at < message.size()) {
    std::uint64_t tag = 0;
    std::uint64_t size = 0;
    if (!varint(tag))
      return false;
    switch (tag & 7) {
    case 0:
      if (!varint(size))
        return false;
      size = 0;
      break;
    case 1:
      size = 8;
      break;
    case 2:
      if (!varint(size))
        return false;
      break;
    case 5:
      size = 4;
      break;
    default: // groups, which no message here has
      return false;
    }
    if (size > message.size() - at)
      return false;
    at += size;
  }
  return true;
}

} // namespace tallyman
