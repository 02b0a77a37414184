#pragma once

#include "kube/support.hpp"
#include "watch/fake_api_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tallyman::watch::testing {

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

inline std::size_t count_lists(const std::vector<std::string>& requests) {
  return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), [](auto& each) {
    return !kube::testing::contains(each, "watch=1");
  }));
}

} // namespace tallyman::watch::testing
