#pragma once

#include "watch/http_client.hpp"

#include <curl/curl.h>

#include <string>

namespace tallyman::watch {

/// Why a transfer of libcurl failed.
struct transfer_failure {
  CURLcode code = CURLE_OK;
  long proxy_status = 0; ///< what a proxy answered to CONNECT; 0: nothing, or there is none
  std::string detail;    ///< libcurl's own words
};

/// Sorts a failure by who has to do something about it.
http_trouble trouble_of(const transfer_failure& failure);

/// One line, with what to do. Holds no secrets.
std::string describe(const transfer_failure& failure, const api_access& access);

/// The proxy that is in between, and which setting names it: "the proxy http://p:3128 (HTTPS_PROXY)".
std::string describe(const proxy_address& proxy);

} // namespace tallyman::watch
