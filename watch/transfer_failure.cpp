#include "watch/transfer_failure.hpp"

#include "kube/project.hpp"

#include <fmt/format.h>

namespace tallyman::watch {

namespace {

bool proxy_refused(const transfer_failure& failure) {
  return failure.proxy_status != 0 && failure.proxy_status / 100 != 2;
}

std::string proxy_refusal(const transfer_failure& failure, const api_access& access) {
  const auto proxy = describe(access.proxy);
  if (failure.proxy_status == 407)
    return fmt::format(
        "{} wants a user name and a password (407) before it connects with {}; write them into "
        "its address: http://USER:PASSWORD@HOST:PORT",
        proxy, access.server);
  return fmt::format("{} does not connect with {}: it answered {}; ask whoever runs the proxy, or name the "
                     "server in NO_PROXY if it can be reached without",
                     proxy, access.server, failure.proxy_status);
}

std::string no_connection(const transfer_failure& failure, const api_access& access) {
  if (access.proxy.empty())
    return fmt::format("{} cannot be reached: {}; is the API server up?", access.server, failure.detail);
  return fmt::format("{} cannot be reached through {}: {}; check {}", access.server, describe(access.proxy),
                     failure.detail, access.proxy.origin);
}

} // namespace

http_trouble trouble_of(const transfer_failure& failure) {
  switch (failure.code) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
    return http_trouble::trust;
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_ENGINE_NOTFOUND:
    return http_trouble::identity_;
  default:
    return http_trouble::network;
  }
}

std::string describe(const transfer_failure& failure, const api_access& access) {
  if (proxy_refused(failure))
    return proxy_refusal(failure, access);
  const auto detail = kube::one_line(failure.detail, CURL_ERROR_SIZE);
  switch (failure.code) {
  case CURLE_SSL_CACERT_BADFILE:
    return fmt::format("the certificate-authority of {} cannot be used: {}; it must be a file of PEM "
                       "certificates",
                       access.source, detail);
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_ISSUER_ERROR:
    return fmt::format("the certificate of {} is not trusted: {}; check certificate-authority and "
                       "tls-server-name in {}",
                       access.server, detail, access.source);
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_ENGINE_NOTFOUND:
    return fmt::format("the client certificate of {} cannot be used: {}", access.source, detail);
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_PROXY:
    return no_connection({failure.code, 0, detail}, access);
  case CURLE_URL_MALFORMAT:
  case CURLE_COULDNT_RESOLVE_HOST:
    return fmt::format("{}: {}; check the server in {}", access.server, detail, access.source);
  case CURLE_COULDNT_CONNECT:
    return no_connection({failure.code, 0, detail}, access);
  case CURLE_GOT_NOTHING:
    return fmt::format("{} closed the connection without an answer; is it an API server?", access.server);
  case CURLE_SSL_CONNECT_ERROR:
    if (detail.find("wrong version number") != std::string::npos)
      return fmt::format("{} answers, but not in TLS; check the server in {}, and what is in between",
                         access.server, access.source);
    [[fallthrough]];
  default:
    return fmt::format("the connection with {} broke: {}", access.server, detail);
  }
}

std::string describe(const proxy_address& proxy) {
  return fmt::format("the proxy {} ({})", proxy.name, proxy.origin);
}

} // namespace tallyman::watch
