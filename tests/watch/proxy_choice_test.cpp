#include "watch/http_client.hpp"
#include "watch/proxy_choice.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace tallyman::watch;

namespace {

struct choice {
  const char* what;
  std::string server;
  std::string proxy_url;
  std::map<std::string, std::string> environment;
  std::string expected;
};

} // namespace

TEST_CASE("a proxy is chosen as kubectl chooses it") {
  const choice choices[] = {
      {"none", "https://api.example:6443", "", {}, ""},
      {"the environment's", "https://api.example:6443", "", {{"HTTPS_PROXY", "http://p:1"}}, "http://p:1"},
      {"in small letters", "https://api.example:6443", "", {{"https_proxy", "http://p:1"}}, "http://p:1"},
      {"of the scheme", "https://api.example:6443", "", {{"HTTP_PROXY", "http://p:1"}}, ""},
      {"of the other one", "http://api.example", "", {{"HTTP_PROXY", "http://p:1"}}, "http://p:1"},
      {"for all",
       "https://api.example:6443",
       "",
       {{"ALL_PROXY", "http://p:1"}, {"all_proxy", "http://p:1"}},
       ""},
      {"the kubeconfig's first",
       "https://api.example",
       "http://k:1",
       {{"HTTPS_PROXY", "http://p:1"}},
       "http://k:1"},
      {"never for loopback", "http://127.0.0.1:8001", "", {{"HTTP_PROXY", "http://p:1"}}, ""},
      {"nor for localhost", "https://localhost:6443", "", {{"HTTPS_PROXY", "http://p:1"}}, ""},
      {"but where the kubeconfig says so", "https://127.0.0.1:6443", "http://k:1", {}, "http://k:1"},
      {"resolves the name itself", "https://api.example", "socks5://k:1", {}, "socks5h://k:1"},
      {"a header of a CGI client",
       "http://api.example",
       "",
       {{"REQUEST_METHOD", "GET"}, {"HTTP_PROXY", "x"}},
       ""},
  };
  for (const auto& each : choices) {
    INFO(each.what);
    CHECK(proxy_for(each.server, each.proxy_url, [&](const char* name) {
            const auto found = each.environment.find(name);
            return found == each.environment.end() ? std::string{} : found->second;
          }) == each.expected);
  }
}

TEST_CASE("the token for a plain http server on loopback was given to the proxy in front of it") {
  api_access access;
  access.server = "http://127.0.0.1:9";
  access.proxy = "http://127.0.0.1:9";
  access.token.text = "secret";
  credentials who{access};
  http_client client{who, {}};
  const auto outcome = client.get(
      {}, [](const http_head&) {}, [](std::string_view) { return tallyman::result<void>{}; }, {});
  CHECK(outcome.trouble == http_trouble::identity_);
}
