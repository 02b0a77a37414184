#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman::watch {

/// An IPv4 or IPv6 address. An IPv4 address that is written as IPv6 (::ffff:10.0.0.1) is the IPv4 address.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{}; ///< IPv4 as ::ffff:a.b.c.d
  bool is_ipv4 = false;

  bool is_loopback() const noexcept;
  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// Only a whole address in the usual notation; no brackets, no zone, no "127.1".
std::optional<ip_address> parse_ip_address(std::string_view text);

/// A range of addresses in CIDR notation (RFC 4632): 10.0.0.0/8, fd00::/8.
struct ip_network {
  ip_address address;
  unsigned prefix_bits = 0; ///< of the 128 in `address`

  bool contains(const ip_address& other) const noexcept;
};

std::optional<ip_network> parse_ip_network(std::string_view text);

} // namespace tallyman::watch
