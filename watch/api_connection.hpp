#pragma once

#include "watch/http_client.hpp"

#include <functional>
#include <memory>

namespace tallyman::watch {

/// GET requests to one API server, one at a time: an `http_client`, or what a test puts in its place.
class api_connection {
public:
  virtual ~api_connection() = default;
  virtual http_outcome get(const http_request& request, const http_client::head_receiver& on_head,
                           const http_client::body_receiver& on_body, const std::stop_token& stop) = 0;
};

/// Makes one more connection; called by any thread.
using connector = std::function<std::unique_ptr<api_connection>()>;

/// `who` must outlive the connector and all that it makes.
connector connect_over_http(credentials& who, http_client::options chosen);

} // namespace tallyman::watch
