#include "watch/access/proxy_choice.hpp"

#include "kube/project.hpp"
#include "watch/access/http_text.hpp"
#include "watch/access/ip_network.hpp"
#include "watch/access/no_proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

namespace tallyman::watch {

namespace {

struct scheme {
  std::string_view name;
  std::string_view for_curl;
  std::string_view port; ///< if the URL has none
};

// For Go, socks5 leaves it to the proxy to resolve the server's name, which libcurl calls socks5h.
constexpr std::array<scheme, 4> schemes{{{"http", "http", "80"},
                                         {"https", "https", "443"},
                                         {"socks5", "socks5h", "1080"},
                                         {"socks5h", "socks5h", "1080"}}};

std::string first_set(const environment_variable& variable, const char* upper_case) {
  auto value = variable(upper_case);
  return value.empty() ? variable(lower(upper_case).c_str()) : value;
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size() && port != 0;
}

error not_one(std::string_view why) {
  return {error_kind::usage, fmt::format("the proxy's address {}", why)};
}

std::string_view without_brackets(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

} // namespace

proxy_environment proxy_environment::of(const environment_variable& variable) {
  const bool is_cgi = !variable("REQUEST_METHOD").empty();
  return {is_cgi ? std::string{} : first_set(variable, "HTTP_PROXY"), first_set(variable, "HTTPS_PROXY"),
          first_set(variable, "NO_PROXY")};
}

proxy_environment proxy_environment::of_this_process() {
  return of([](const char* name) {
    const auto* const value = std::getenv(name);
    return std::string{value == nullptr ? "" : value};
  });
}

result<proxy_address> parse_proxy_url(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return not_one("holds a space or a control character");
  const auto colon = url.find("://");
  const auto name = lower(url.substr(0, colon == std::string_view::npos ? 0 : colon));
  const auto* known =
      std::find_if(schemes.begin(), schemes.end(), [&](const auto& each) { return each.name == name; });
  if (known == schemes.end())
    return not_one(name.empty() ? "has no scheme; write it as http://HOST:PORT, https:// or socks5://"
                                : fmt::format("has the scheme {}, which is not supported; http, https and "
                                              "socks5 are",
                                              kube::one_line(name, 20)));
  auto rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const auto at = rest.rfind('@');
  const auto user = at == std::string_view::npos ? std::string_view{} : rest.substr(0, at + 1);
  rest.remove_prefix(user.size());
  const auto port_at = rest.find(':', rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0);
  const auto host = rest.substr(0, port_at);
  auto port = port_at == std::string_view::npos ? std::string_view{} : rest.substr(port_at + 1);
  if (host.empty() || (host.starts_with('[') && !parse_ip_address(without_brackets(host))))
    return not_one("has no host");
  if (port.empty())
    port = known->port;
  if (!is_port(port))
    return not_one(fmt::format("has the port {}, which is none", kube::one_line(port, 20)));
  return proxy_address{fmt::format("{}://{}{}:{}", known->for_curl, user, host, port),
                       fmt::format("{}://{}:{}", known->name, host, port),
                       {}};
}

result<proxy_address> choose_proxy(std::string_view server, std::string_view proxy_url,
                                   const proxy_environment& environment) {
  if (!proxy_url.empty()) {
    auto proxy = parse_proxy_url(proxy_url);
    if (!proxy)
      return error{error_kind::usage, "proxy-url: " + proxy.failure().what};
    proxy->origin = "proxy-url";
    return proxy;
  }
  const bool is_https = server.starts_with("https:");
  auto url = is_https ? environment.https_proxy : environment.http_proxy;
  const auto to = name_of(server);
  const auto host = without_brackets(to.host);
  const auto address = parse_ip_address(host);
  if (url.empty() || lower(host) == "localhost" || (address && address->is_loopback()) ||
      exempts(environment.no_proxy, host, to.port))
    return proxy_address{};
  if (url.find("://") == std::string::npos)
    url.insert(0, "http://");
  const auto* origin = is_https ? "HTTPS_PROXY" : "HTTP_PROXY";
  auto proxy = parse_proxy_url(url);
  if (!proxy)
    return error{error_kind::usage, fmt::format("{}: {}", origin, proxy.failure().what)};
  proxy->origin = origin;
  return proxy;
}

} // namespace tallyman::watch
