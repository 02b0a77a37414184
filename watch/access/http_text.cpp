#include "watch/access/http_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace tallyman::watch {

std::string lower(std::string_view text) {
  std::string low{text};
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return low;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool append_bounded(std::string& to, std::string_view bytes, std::size_t bytes_max) {
  to.append(bytes.substr(0, bytes_max - std::min(bytes_max, to.size())));
  return to.size() < bytes_max;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text) {
  constexpr unsigned seconds_max = 3600;
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc{} || end != text.data() + text.size())
    return {};
  return std::chrono::seconds{std::min(seconds, seconds_max)};
}

server_name name_of(std::string_view server) {
  const bool is_https = server.starts_with("https");
  auto rest = server.substr(server.find("://") + 3);
  rest = rest.substr(0, rest.find('/'));
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.find(']', colon) != std::string_view::npos)
    return {std::string{rest}, is_https ? "443" : "80"};
  return {std::string{rest.substr(0, colon)}, std::string{rest.substr(colon + 1)}};
}

bool is_loopback(std::string_view server) {
  const auto host = name_of(server).host;
  in_addr address{};
  // Only a whole address counts, and no user in front of the host: 127.example.com is somebody else's.
  if (server.find('@') != std::string_view::npos)
    return false;
  const bool is_ipv4 = ::inet_pton(AF_INET, host.c_str(), &address) == 1;
  return is_ipv4 ? ntohl(address.s_addr) >> 24 == 127 : host == "localhost" || host == "[::1]";
}

} // namespace tallyman::watch
