#include "watch/proxy_choice.hpp"

#include "watch/http_text.hpp"

#include <string_view>

namespace tallyman::watch {

namespace {

std::string first_set(const environment_variable& variable, const char* capitals, const char* small) {
  const auto value = variable(capitals);
  return value.empty() ? variable(small) : value;
}

std::string resolving_at_the_proxy(const std::string& proxy) {
  constexpr std::string_view socks5 = "socks5://";
  return proxy.starts_with(socks5) ? "socks5h://" + proxy.substr(socks5.size()) : proxy;
}

} // namespace

std::string proxy_for(const std::string& server, const std::string& proxy_url,
                      const environment_variable& variable) {
  if (!proxy_url.empty())
    return resolving_at_the_proxy(proxy_url);
  if (is_loopback(server))
    return {};
  if (server.starts_with("https:"))
    return resolving_at_the_proxy(first_set(variable, "HTTPS_PROXY", "https_proxy"));
  // To a CGI program HTTP_PROXY is a header that its client sent.
  if (!variable("REQUEST_METHOD").empty())
    return resolving_at_the_proxy(variable("http_proxy"));
  return resolving_at_the_proxy(first_set(variable, "HTTP_PROXY", "http_proxy"));
}

} // namespace tallyman::watch
