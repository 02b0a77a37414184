#pragma once

#include <string_view>

namespace tallyman::watch {

/// Whether NO_PROXY exempts a host. By Go's rules (golang.org/x/net/http/httpproxy, Config.NoProxy): a list
/// with commas of addresses, CIDR ranges and domains, each address or domain perhaps with a port;
/// "example.com" means itself and what is below it, ".example.com" and "*.example.com" only what is below it,
/// "*" everything. Case does not matter; what makes no sense is passed over. Names are not resolved.
///
/// `host` is without brackets; `port` is the one in use.
bool exempts(std::string_view no_proxy, std::string_view host, std::string_view port);

} // namespace tallyman::watch
