#include "watch/access/no_proxy.hpp"

#include "watch/access/http_text.hpp"
#include "watch/access/ip_network.hpp"

#include <optional>
#include <string>

namespace tallyman::watch {

namespace {

struct host_and_port {
  std::string_view host; ///< without brackets
  std::string_view port; ///< empty: every port
};

/// Nothing if a port stands alone. More than one colon outside of brackets is an IPv6 address.
std::optional<host_and_port> split(std::string_view entry) {
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == std::string_view::npos)
      return {};
    const auto rest = entry.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return {};
    return host_and_port{entry.substr(1, close - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const auto colon = entry.find(':');
  if (colon == std::string_view::npos || entry.find(':', colon + 1) != std::string_view::npos)
    return host_and_port{entry, {}};
  return host_and_port{entry.substr(0, colon), entry.substr(colon + 1)};
}

bool domain_matches(std::string_view pattern, std::string_view host) {
  if (pattern.starts_with("*."))
    pattern.remove_prefix(1);
  if (pattern.starts_with('.'))
    return host.ends_with(pattern);
  return host == pattern || (host.ends_with(pattern) && host[host.size() - pattern.size() - 1] == '.');
}

bool entry_exempts(std::string_view entry, std::string_view host, std::string_view port) {
  const auto address = parse_ip_address(host);
  if (entry == "*")
    return true;
  if (const auto network = parse_ip_network(entry))
    return address && network->contains(*address);
  const auto parts = split(entry);
  if (!parts || parts->host.empty() || (!parts->port.empty() && parts->port != port))
    return false;
  if (const auto exempt = parse_ip_address(parts->host))
    return address == exempt;
  return domain_matches(parts->host, host);
}

} // namespace

bool exempts(std::string_view no_proxy, std::string_view host, std::string_view port) {
  const auto entries = lower(no_proxy);
  const auto name = lower(host);
  for (std::string_view left = entries; !left.empty();) {
    const auto comma = left.find(',');
    const auto entry = trimmed(left.substr(0, comma));
    if (!entry.empty() && entry_exempts(entry, name, port))
      return true;
    left = comma == std::string_view::npos ? std::string_view{} : left.substr(comma + 1);
  }
  return false;
}

} // namespace tallyman::watch
