#include "journal/format/format.hpp"

#include <charconv>
#include <cstdio>

namespace tallyman::journal {

namespace {

constexpr std::size_t digits = 20;

} // namespace

std::string journal_id::text() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text;
}

bool all_zero(std::string_view bytes) noexcept {
  if (bytes.empty())
    return true;
  // A block of zeros equals itself shifted by one byte.
  return bytes.front() == '\0' && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

std::string sequence_name(std::uint64_t sequence, std::string_view suffix) {
  char text[digits + 1];
  std::snprintf(text, sizeof text, "%020llu", static_cast<unsigned long long>(sequence));
  return text + std::string(suffix);
}

std::uint64_t sequence_of_name(std::string_view name, std::string_view suffix) noexcept {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix))
    return 0;
  std::uint64_t sequence = 0;
  const char* end = name.data() + digits;
  const auto [stop, failure] = std::from_chars(name.data(), end, sequence);
  return failure == std::errc() && stop == end ? sequence : 0;
}

} // namespace tallyman::journal
