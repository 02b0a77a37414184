#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// ASCII letters in lower case.
std::string lower(std::string_view text);

/// Without white space at its ends.
std::string_view trimmed(std::string_view text);

/// Appends to `to`, up to `bytes_max` in all. False once it is full: what would come behind need not be read.
bool append_bounded(std::string& to, std::string_view bytes, std::size_t bytes_max);

/// The value of a Retry-After header, at most an hour. Only the form in seconds: the API server never sends a
/// date.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text);

/// Whether a URL leads to this machine itself (`kubectl proxy`): nobody else sees what is sent there in clear
/// text.
bool is_loopback(std::string_view server);

/// Whom a URL names.
struct server_name {
  std::string host;
  std::string port;
};

/// Host and port of a URL.
server_name name_of(std::string_view server);

} // namespace tallyman::watch
