#include "watch/resource_version.hpp"

#include <algorithm>

namespace tallyman::watch {

namespace {

std::string_view without_leading_zeros(std::string_view digits) noexcept {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

} // namespace

bool is_numeric(std::string_view version) noexcept {
  return !version.empty() && version.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_lower(std::string_view version, std::string_view than) noexcept {
  if (!is_numeric(version) || !is_numeric(than))
    return false;
  const auto a = without_leading_zeros(version);
  const auto b = without_leading_zeros(than);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string lowest(const std::vector<std::string>& versions) {
  std::string found;
  for (const auto& each : versions) {
    const bool is_first = &each == &versions.front();
    if (!is_first && each != found && !(is_numeric(each) && is_numeric(found)))
      return {};
    if (is_first || is_lower(each, found))
      found = each;
  }
  return found;
}

} // namespace tallyman::watch
