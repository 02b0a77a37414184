#pragma once

#include <functional>
#include <string>

namespace tallyman::watch {

/// Gives a variable of the environment; empty if it is not set.
using environment_variable = std::function<std::string(const char*)>;

/// The proxy for a server, as libcurl wants it; empty: none. As kubectl chooses: `proxy_url` of the
/// kubeconfig if there is one; else HTTPS_PROXY or HTTP_PROXY, by the server's scheme, in capitals or not,
/// but never for loopback; ALL_PROXY means nothing. A SOCKS5 proxy resolves the server's name itself.
/// NO_PROXY is left to libcurl. https://pkg.go.dev/golang.org/x/net/http/httpproxy
std::string proxy_for(const std::string& server, const std::string& proxy_url,
                      const environment_variable& variable);

} // namespace tallyman::watch
