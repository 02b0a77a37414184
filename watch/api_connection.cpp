#include "watch/api_connection.hpp"

namespace tallyman::watch {

namespace {

class http_connection final : public api_connection {
public:
  http_connection(credentials& who, http_client::options chosen) : client_(who, chosen) {}

  http_outcome get(const http_request& request, const http_client::head_receiver& on_head,
                   const http_client::body_receiver& on_body, const std::stop_token& stop) override {
    return client_.get(request, on_head, on_body, stop);
  }

private:
  http_client client_;
};

} // namespace

connector connect_over_http(credentials& who, http_client::options chosen) {
  return [&who, chosen] { return std::make_unique<http_connection>(who, chosen); };
}

} // namespace tallyman::watch
