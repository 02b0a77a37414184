#include "watch/api_answer.hpp"

#include "kube/json/json_decoder.hpp"
#include "kube/protobuf/protobuf_decoder.hpp"
#include "watch/access/http_text.hpp"

#include <fmt/format.h>

namespace tallyman::watch {

namespace {

/// `part`: in lower case.
bool says(const kube::api_failure& failure, std::string_view part) {
  return lower(failure.message).find(part) != std::string::npos;
}

// By reason, or by what API servers, etcd and their imitations say without one.
bool says_expired(const kube::api_failure& failure) {
  return failure.reason == "Expired" || failure.reason == "Gone" ||
         says(failure, "too old resource version") || says(failure, "has been compacted") ||
         says(failure, "resource version too old") || says(failure, "continue parameter is too old");
}

bool says_ahead(const kube::api_failure& failure) {
  return says(failure, "too large resource version");
}

/// Of everybody's requests, not of those for one kind.
bool is_of_server(int status) {
  return status == 401 || status == 429 || status >= 500 || (status >= 300 && status < 400);
}

std::string sentence_of(int status, const kube::api_failure& failure) {
  return failure.message.empty() ? fmt::format("status {}", status) : failure.message;
}

judgement judge_status(const http_outcome& outcome, const kube::api_failure& failure, std::string_view verb,
                       std::string_view plural, const api_access& access) {
  const auto status = outcome.head.status;
  const auto said = sentence_of(status, failure);
  const auto& wait = outcome.head.retry_after;
  if (status == 410 || says_expired(failure))
    return {verdict::expired, said, {}};
  if (says_ahead(failure))
    return {verdict::ahead, said, wait};
  switch (status) {
  case 400:
  case 422:
    return {
        verdict::not_possible, fmt::format("{} refuses to {} {}: {}", access.server, verb, plural, said), {}};
  case 401:
    return {verdict::not_known,
            fmt::format("{} does not accept the credentials of {} (401): log in again, or renew the token",
                        access.server, access.source),
            {}};
  case 403:
    if (failure.message.empty())
      return {verdict::broken,
              fmt::format("a 403 to {} {} that is not of the API server; does something stand before {}?",
                          verb, plural, access.server),
              {}};
    return {verdict::not_allowed, fmt::format("no right to {} {}: {}", verb, plural, said), {}};
  case 404:
    return {verdict::not_there, fmt::format("{} has no {}: {}", access.server, plural, said), {}};
  case 301:
  case 302:
  case 303:
  case 307:
  case 308:
    return {verdict::broken,
            fmt::format("{} sends us elsewhere ({}), which is not followed; is there a login page before it?",
                        access.server, status),
            {}};
  default:
    return {status == 429 || status >= 500 ? verdict::busy : verdict::broken,
            fmt::format("{} could not {} {}: {}", access.server, verb, plural, said), wait};
  }
}

} // namespace

kube::api_failure read_status(std::string_view content_type, std::string_view body) {
  string_table table;
  interner strings{table};
  kube::fact_collector into{strings, false};
  if (content_type == protobuf_type) {
    kube::protobuf_decoder decoder{into, kube::protobuf_decoder::framing::object};
    if (decoder.feed(body))
      static_cast<void>(decoder.finish());
  } else if (content_type == json_type) {
    kube::json_decoder decoder{into};
    if (decoder.feed(body))
      static_cast<void>(decoder.finish());
  }
  return into.take_failure();
}

judgement judge(const http_outcome& outcome, std::string_view body, std::string_view verb,
                std::string_view plural, const api_access& access) {
  if (outcome.trouble == http_trouble::stopped)
    return {verdict::stopped, {}, {}};
  const auto status = outcome.head.status;
  if (status != 0 && status != 200) {
    auto how = judge_status(outcome, read_status(outcome.head.content_type, body), verb, plural, access);
    how.status = status;
    how.of_server = is_of_server(status) && how.what != verdict::expired && how.what != verdict::ahead;
    return how;
  }
  if (outcome.trouble == http_trouble::none)
    return {};
  judgement how{verdict::broken, outcome.failure.what, {}};
  how.status = status;
  how.trouble = outcome.trouble;
  how.of_server = outcome.trouble != http_trouble::refused;
  if (!how.of_server)
    how.why = fmt::format("{} {}: {}", verb, plural, how.why);
  return how;
}

judgement judge(const kube::api_failure& reported) {
  if (says_expired(reported))
    return {verdict::expired, reported.message, {}};
  if (says_ahead(reported))
    return {verdict::ahead, reported.message, {}};
  return {verdict::busy, "the API server reported: " + reported.message, {}};
}

} // namespace tallyman::watch
