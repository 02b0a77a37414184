#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace tallyman::kube {

/// One field of a protobuf message as it stands on the wire.
struct wire_field {
  using type = google::protobuf::internal::WireFormatLite::WireType;

  std::uint32_t number = 0;
  type what = type::WIRETYPE_VARINT;
  std::uint64_t value = 0; ///< of a varint
  std::string_view bytes;  ///< of a text, a message or a map entry: a view of the message

  bool is_text() const noexcept { return what == type::WIRETYPE_LENGTH_DELIMITED; }
  bool is_number() const noexcept { return what == type::WIRETYPE_VARINT; }
};

/// The fields of a protobuf message, one after the other; nothing is built, and no length is believed.
/// A message of 2 GiB or more, and one with groups (which Kubernetes never had), counts as malformed.
class wire_message {
public:
  explicit wire_message(std::string_view bytes)
      : bytes_(bytes), in_(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                           bytes.size() <= size_max ? static_cast<int>(bytes.size()) : 0) {
    malformed_ = bytes.size() > size_max;
  }

  /// The next field; false at the end, and where the message is malformed.
  bool next(wire_field& field) {
    const auto tag = in_.ReadTagNoLastTag();
    if (tag == 0) {
      malformed_ = malformed_ || position() != bytes_.size();
      return false;
    }
    field.number =
        static_cast<std::uint32_t>(google::protobuf::internal::WireFormatLite::GetTagFieldNumber(tag));
    field.what = google::protobuf::internal::WireFormatLite::GetTagWireType(tag);
    malformed_ = field.number == 0 || !read_value(field);
    return !malformed_;
  }

  bool malformed() const noexcept { return malformed_; }

  /// Bytes that the fields so far took up.
  std::size_t position() const { return static_cast<std::size_t>(in_.CurrentPosition()); }

private:
  static constexpr std::size_t size_max = std::numeric_limits<int>::max();

  bool read_value(wire_field& field) {
    switch (field.what) {
    case wire_field::type::WIRETYPE_VARINT:
      return in_.ReadVarint64(&field.value);
    case wire_field::type::WIRETYPE_LENGTH_DELIMITED: {
      std::uint64_t size = 0;
      if (!in_.ReadVarint64(&size) || size > bytes_.size() - position())
        return false;
      field.bytes = bytes_.substr(position(), size);
      return in_.Skip(static_cast<int>(size));
    }
    case wire_field::type::WIRETYPE_FIXED64:
      return in_.Skip(8);
    case wire_field::type::WIRETYPE_FIXED32:
      return in_.Skip(4);
    default:
      return false;
    }
  }

  std::string_view bytes_;
  google::protobuf::io::CodedInputStream in_;
  bool malformed_ = false;
};

/// Calls `visit(field)` for every field that holds text or a message, until one returns false. False then,
/// and if `bytes` are malformed.
template <class Visitor>
bool for_each_text(std::string_view bytes, Visitor visit) {
  wire_message message{bytes};
  wire_field field;
  while (message.next(field))
    if (field.is_text() && !visit(field))
      return false;
  return !message.malformed();
}

/// For the visitors of `for_each_text`: takes `text` into `into`, and goes on.
inline bool keep(std::string_view text, std::string_view& into) {
  into = text;
  return true;
}

/// Takes the last text or message of that number into `into`, if there is one. False if `bytes` are
/// malformed.
inline bool find_text(std::string_view bytes, std::uint32_t number, std::string_view& into) {
  return for_each_text(
      bytes, [&](const wire_field& field) { return field.number != number || keep(field.bytes, into); });
}

} // namespace tallyman::kube
