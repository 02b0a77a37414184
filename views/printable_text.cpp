#include "views/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman {

namespace {

constexpr unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

constexpr bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (byte_at(text, at) & 0xC0) == 0x80;
}

/// Bytes of the code point at the front; 0 if it is not well-formed UTF-8.
std::size_t code_point_bytes(std::string_view text) {
  const auto first = byte_at(text, 0);
  if (first < 0x80)
    return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4)
    return 0;
  for (std::size_t i = 1; i < size; ++i)
    if (!continues(text, i))
      return 0;
  const auto second = byte_at(text, 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_large = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : size;
}

/// `point` is one well-formed code point.
bool steers(std::string_view point) {
  const auto first = byte_at(point, 0);
  if (point.size() == 1)
    return first < 0x20 || first == 0x7F;
  if (point.size() == 2)
    return first == 0xC2 && byte_at(point, 1) < 0xA0; // C1
  if (point.size() != 3 || first != 0xE2)
    return false;
  const auto second = byte_at(point, 1);
  const auto third = byte_at(point, 2);
  const bool line_or_direction =
      second == 0x80 && ((third >= 0xA8 && third <= 0xAE) || third == 0x8E || third == 0x8F);
  const bool isolate = second == 0x81 && third >= 0xA6 && third <= 0xA9;
  return line_or_direction || isolate;
}

} // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(code_point_bytes(text), 1);
    const auto point = text.substr(0, size);
    if (code_point_bytes(text) != 0 && !steers(point))
      shown += point;
    else if (point == "\n")
      shown += "\\n";
    else if (point == "\t")
      shown += "\\t";
    else
      for (std::size_t i = 0; i < size; ++i)
        shown += fmt::format("\\x{:02x}", byte_at(point, i));
    text.remove_prefix(size);
  }
  return shown;
}

std::size_t width(std::string_view text) noexcept {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    columns += continues(text, i) ? 0u : 1u;
  return columns;
}

std::string_view cut(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  while (bytes_max > 0 && continues(text, bytes_max))
    --bytes_max;
  return text.substr(0, bytes_max);
}

} // namespace tallyman
