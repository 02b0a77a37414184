#pragma once

#include "base/result.hpp"
#include "watch/access/credentials.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// One GET.
struct http_request {
  std::string path; ///< with the query, from the server's root: "/api/v1/pods?limit=500"
  std::string accept;
  /// Longest time without a byte, the connection's set-up aside.
  std::chrono::milliseconds silence_max{60'000};
  /// Longest time in all; 0: none.
  std::chrono::milliseconds time_max{0};
};

/// What an answer begins with.
struct http_head {
  int status = 0;
  std::string content_type; ///< without parameters, lower case
  std::string content_type_full;
  std::optional<std::chrono::milliseconds> retry_after;
};

/// How a request ended that did not end as it should.
enum class http_trouble : std::uint8_t {
  none,
  stopped,   ///< the caller asked for it
  refused,   ///< by the receiver of the bytes; `failure` is its error
  network,   ///< no connection, or one that broke
  silent,    ///< nothing came for too long
  trust,     ///< TLS: certificate, name, authority
  identity_, ///< the own credentials are not there or cannot be used
};

/// How a request ended.
struct http_outcome {
  http_head head; ///< status 0: none has come
  http_trouble trouble = http_trouble::none;
  error failure; ///< one line with what to do, if there was trouble
  bool bytes_came = false;
};

/// GET requests to one API server, one at a time, on connections that are kept open. TLS is verified;
/// redirects are not followed.
///
/// Threads: one at a time. Lifetime: `who` must outlive it.
class http_client {
public:
  struct options {
    bool insecure_skip_tls_verify = false;
    std::chrono::milliseconds connect_time_max{15'000};
  };

  http_client(credentials& who, options chosen);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Called once, when the head is complete.
  using head_receiver = std::function<void(const http_head&)>;
  /// Called with the body as it arrives. An error ends the request with `refused`.
  using body_receiver = std::function<result<void>(std::string_view)>;

  http_outcome get(const http_request& request, const head_receiver& on_head, const body_receiver& on_body,
                   const std::stop_token& stop);

private:
  class session;
  std::unique_ptr<session> session_;
};

} // namespace tallyman::watch
