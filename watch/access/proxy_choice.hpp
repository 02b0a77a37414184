#pragma once

#include "base/result.hpp"
#include "watch/access/api_access.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// Gives a variable of an environment; empty if it is not set.
using environment_variable = std::function<std::string(const char* name)>;

/// The proxy settings of an environment. As for Go, a name in upper case goes before one in lower case,
/// ALL_PROXY means nothing, and neither does HTTP_PROXY where REQUEST_METHOD is set: a CGI server puts a
/// client's header `Proxy` there.
struct proxy_environment {
  std::string http_proxy;  ///< HTTP_PROXY: for servers whose URL is http
  std::string https_proxy; ///< HTTPS_PROXY: for servers whose URL is https
  std::string no_proxy;    ///< NO_PROXY

  static proxy_environment of(const environment_variable& variable);
  static proxy_environment of_this_process();
};

/// A proxy-url of a kubeconfig: http, https, socks5 or socks5h, with a host. Errors: `usage`, without the
/// user name and password that it may hold.
result<proxy_address> parse_proxy_url(std::string_view url);

/// The proxy on the way to `server` (a URL), as kubectl chooses it (golang.org/x/net/http/httpproxy): the
/// kubeconfig's proxy-url whatever the server is, else the environment's, but never that for localhost and
/// loopback addresses, nor for what NO_PROXY names. An empty address: none. Errors: `usage`.
result<proxy_address> choose_proxy(std::string_view server, std::string_view proxy_url,
                                   const proxy_environment& environment);

} // namespace tallyman::watch
