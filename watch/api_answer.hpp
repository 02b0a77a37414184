#pragma once

#include "kube/fact_collector.hpp"
#include "watch/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// What an answer of the API server means for whoever asked.
enum class verdict : std::uint8_t {
  ok,
  stopped,      ///< by the caller
  expired,      ///< 410: the resourceVersion or the continue token is too old
  not_allowed,  ///< 403
  not_there,    ///< 404: the server has no such kind
  not_known,    ///< 401: the credentials are not accepted
  not_possible, ///< 400, 422: it does not know what was asked for
  busy,         ///< 429, 5xx: later
  ahead,        ///< the server has not reached the resourceVersion that was asked for
  rewound,      ///< what came is older than what was asked for
  broken,       ///< the network, the certificate, or bytes that are not what they should be
};

/// What an answer means for the one who asked.
struct judgement {
  verdict what = verdict::ok;
  std::string why;                               ///< one line, with what to do; empty if ok or stopped
  std::optional<std::chrono::milliseconds> wait; ///< what the server asked for
  bool of_server = false;                        ///< not about one kind: it is down, or refuses everybody
  int status = 0;                                ///< HTTP's; 0: none has come
  http_trouble trouble = http_trouble::none;
};

/// Judges an answer to `verb` (list, watch) on `plural`. `body` is the front of what came with a failure.
judgement judge(const http_outcome& outcome, std::string_view body, std::string_view verb,
                std::string_view plural, const api_access& access);

/// Judges a failure that the server reported within a stream.
judgement judge(const kube::api_failure& reported);

/// The message and reason in a `Status` object, in JSON or protobuf; empty if `body` is none.
kube::api_failure read_status(std::string_view content_type, std::string_view body);

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

} // namespace tallyman::watch
