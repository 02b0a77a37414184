#include "messages/uid.hpp"

#include <array>
#include <optional>

namespace tallyman {

namespace {

constexpr std::uint64_t version_shift = 12;
constexpr std::uint64_t version_mask = 0xf;
constexpr std::uint64_t interned_version = 0xf;
constexpr std::size_t uuid_length = 36;

constexpr bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

// Lower case only: an upper-case UUID must keep its spelling, so it is not stored in binary.
constexpr std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

constexpr std::uint64_t version_of(const uid& id) {
  return (id.high >> version_shift) & version_mask;
}

std::optional<uid> parse_uuid(std::string_view text) {
  if (text.size() != uuid_length)
    return std::nullopt;
  std::array<std::uint64_t, 2> halves{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < uuid_length; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    const auto digit = hex_digit(text[i]);
    if (!digit)
      return std::nullopt;
    auto& half = halves[digits++ / 16];
    half = half << 4 | *digit;
  }
  const uid id{halves[0], halves[1]};
  if (id.empty() || version_of(id) == interned_version)
    return std::nullopt;
  return id;
}

} // namespace

uid parse_uid(std::string_view text, interner& strings) {
  if (text.empty())
    return {};
  if (const auto id = parse_uuid(text))
    return *id;
  return {interned_version << version_shift, static_cast<std::uint64_t>(strings(text))};
}

string_id interned_part(const uid& id) noexcept {
  return version_of(id) == interned_version ? static_cast<string_id>(id.low) : string_id::empty;
}

bool is_valid(const uid& id, const string_table& strings) noexcept {
  if (version_of(id) != interned_version)
    return true;
  return id.high == interned_version << version_shift && id.low != 0 && id.low < strings.size();
}

std::string to_string(const uid& id, const string_table& strings) {
  if (id.empty())
    return {};
  if (version_of(id) == interned_version)
    return std::string{strings.text(interned_part(id))};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(uuid_length, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < uuid_length; ++i) {
    if (is_dash_position(i))
      continue;
    const auto half = nibble < 16 ? id.high : id.low;
    text[i] = digits[half >> (60 - 4 * (nibble % 16)) & 0xf];
    ++nibble;
  }
  return text;
}

} // namespace tallyman
