#pragma once

#include "kube/support.hpp"
#include "watch/fake_api_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tallyman::watch::testing {

using kube::testing::contains;
using kube::testing::pod_json;
using kube::testing::pod_line;
using kube::testing::uid_a;
using kube::testing::uid_b;
using lines = std::vector<std::string>;

inline constexpr auto json = "application/json";

inline std::string pod_list(const std::string& items, const std::string& version,
                            const std::string& token = "") {
  return fmt::format(
      R"({{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
      version, token, items);
}

inline std::string event(const std::string& type, const std::string& object) {
  return fmt::format(R"({{"type":"{}","object":{}}})", type, object) + "\n";
}

inline std::string bookmark(const std::string& version) {
  return event(
      "BOOKMARK",
      fmt::format(R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"resourceVersion":"{}"}}}})", version));
}

inline std::string failure(int code, const std::string& reason, const std::string& message) {
  return fmt::format(
      R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{}","reason":"{}","code":{}}})",
      message, reason, code);
}

/// A watch that stays open and says nothing.
inline void quiet_watch(fake_connection& to) {
  to.begin(200, json);
  to.linger(30'000);
}

/// What answers the first list with `first`, later ones with an empty list of version 20, and watches with
/// silence.
inline fake_api_server::handler first_list(std::function<void(fake_connection&)> first) {
  return [first = std::move(first),
          asked = std::make_shared<std::atomic<int>>(0)](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    if ((*asked)++ > 0)
      return to.answer(200, json, pod_list("", "20"));
    first(to);
  };
}

inline std::size_t count_lists(const std::vector<std::string>& requests) {
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(), [](auto& each) { return !contains(each, "watch=1"); }));
}

} // namespace tallyman::watch::testing
