#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tallyman::kube {

/// A field's number and its length, as varints of at most ten bytes each.
inline constexpr std::size_t field_header_bytes_max = 20;

/// What stands in front of a field's bytes, in a message that is too long to have in one piece.
struct field_header {
  std::uint32_t number = 0;
  std::size_t header_bytes = 0;
  std::uint64_t bytes = 0; ///< that follow the header
};

/// Whether a header is all there.
enum class header_state : std::uint8_t { complete, cut_off, malformed };

/// Reads a field's header at the front of `bytes`, which may end within it. A varint belongs to the header.
inline header_state read_header(std::string_view bytes, field_header& into) {
  const auto front = bytes.substr(0, field_header_bytes_max);
  google::protobuf::io::CodedInputStream in{reinterpret_cast<const std::uint8_t*>(front.data()),
                                            static_cast<int>(front.size())};
  const auto too_short =
      front.size() < field_header_bytes_max ? header_state::cut_off : header_state::malformed;
  const auto tag = in.ReadTagNoLastTag();
  if (tag == 0)
    return too_short;
  using format = google::protobuf::internal::WireFormatLite;
  into.number = static_cast<std::uint32_t>(format::GetTagFieldNumber(tag));
  if (into.number == 0)
    return header_state::malformed;
  into.bytes = 0;
  std::uint64_t value = 0;
  switch (format::GetTagWireType(tag)) {
  case format::WIRETYPE_VARINT:
    if (!in.ReadVarint64(&value))
      return too_short;
    into.number = 0; // nothing that is looked at in an envelope or a list is a number
    break;
  case format::WIRETYPE_LENGTH_DELIMITED:
    if (!in.ReadVarint64(&into.bytes))
      return too_short;
    break;
  case format::WIRETYPE_FIXED64:
    into.bytes = 8;
    into.number = 0;
    break;
  case format::WIRETYPE_FIXED32:
    into.bytes = 4;
    into.number = 0;
    break;
  default:
    return header_state::malformed;
  }
  into.header_bytes = static_cast<std::size_t>(in.CurrentPosition());
  return header_state::complete;
}

/// A watch event's length stands in front of it.
inline constexpr std::size_t frame_header_bytes = 4;

inline std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const auto byte : bytes.substr(0, frame_header_bytes))
    value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

} // namespace tallyman::kube
