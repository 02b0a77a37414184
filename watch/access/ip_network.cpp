#include "watch/access/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace tallyman::watch {

namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

} // namespace

bool ip_address::is_loopback() const noexcept {
  constexpr std::array<std::uint8_t, 16> ipv6_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_ipv4 ? bytes[12] == 127 : bytes == ipv6_loopback;
}

std::optional<ip_address> parse_ip_address(std::string_view text) {
  const std::string ended{text};
  // A zero byte would end the text for inet_pton, and hide what follows it.
  if (ended.find('\0') != std::string::npos)
    return {};
  ip_address address;
  std::copy(ipv4_prefix.begin(), ipv4_prefix.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, ended.c_str(), &address.bytes[12]) != 1 &&
      ::inet_pton(AF_INET6, ended.c_str(), address.bytes.data()) != 1)
    return {};
  address.is_ipv4 = std::equal(ipv4_prefix.begin(), ipv4_prefix.end(), address.bytes.begin());
  return address;
}

bool ip_network::contains(const ip_address& other) const noexcept {
  if (address.is_ipv4 != other.is_ipv4)
    return false;
  const auto whole = prefix_bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin()))
    return false;
  const auto rest = prefix_bits % 8;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return rest == 0 || ((address.bytes[whole] ^ other.bytes[whole]) & mask) == 0;
}

std::optional<ip_network> parse_ip_network(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return {};
  const auto address = parse_ip_address(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!address || failure != std::errc{} || end != digits.data() + digits.size() ||
      bits > (address->is_ipv4 ? 32U : 128U))
    return {};
  return ip_network{*address, address->is_ipv4 ? 96 + bits : bits};
}

} // namespace tallyman::watch
