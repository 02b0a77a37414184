#include "kube/support.hpp"
#include "watch/access/ip_network.hpp"
#include "watch/access/no_proxy.hpp"
#include "watch/access/proxy_choice.hpp"
#include "watch/http_client.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::watch;
using kube::testing::contains;

namespace {

constexpr auto company = "http://proxy.example.com:3128";

std::string chosen(std::string_view server, const proxy_environment& environment,
                   std::string_view proxy_url = "") {
  const auto proxy = choose_proxy(server, proxy_url, environment);
  REQUIRE(proxy);
  return proxy->url;
}

std::string problem(std::string_view url) {
  const auto proxy = parse_proxy_url(url);
  REQUIRE_FALSE(proxy);
  CHECK(proxy.failure().kind == error_kind::usage);
  CHECK_FALSE(contains(proxy.failure().what, "secret"));
  return proxy.failure().what;
}

} // namespace

TEST_CASE("a proxy of the environment is never asked for this machine itself") {
  const proxy_environment all{company, company, ""};
  for (const auto* own :
       {"https://127.0.0.1:6443", "http://127.0.0.2", "http://localhost:8001/x", "https://LOCALHOST",
        "http://[::1]:8001", "https://[::ffff:127.0.0.1]:6443", "https://127.255.255.254"})
    CHECK(chosen(own, all).empty());
  for (const auto* other :
       {"https://10.0.0.1:6443", "https://127.example.com", "https://localhost.example.com",
        "https://[2001:db8::1]:6443", "http://[fe80::1]", "https://0.0.0.0"})
    CHECK(chosen(other, all) == company);
}

TEST_CASE("HTTPS_PROXY is for https servers, HTTP_PROXY for http servers, and neither is for the other") {
  CHECK(chosen("https://k8s.example.com", {"", company, ""}) == company);
  CHECK(chosen("http://k8s.example.com", {"", company, ""}).empty());
  CHECK(chosen("http://k8s.example.com", {company, "", ""}) == company);
  CHECK(chosen("https://k8s.example.com", {company, "", ""}).empty());
}

TEST_CASE("a proxy-url goes before the environment, NO_PROXY and loopback") {
  const proxy_environment all{company, company, "*"};
  for (const auto* server : {"https://k8s.example.com", "https://127.0.0.1:6443", "http://localhost"})
    CHECK(chosen(server, all, "http://own:1") == "http://own:1");
  const auto own = choose_proxy("https://a", "socks5://me:secret@own", all);
  REQUIRE(own);
  CHECK(own->url == "socks5h://me:secret@own:1080");
  CHECK(own->name == "socks5://own:1080");
  CHECK(own->origin == "proxy-url");
  CHECK(choose_proxy("https://a", "", {"", company, ""})->origin == "HTTPS_PROXY");
}

TEST_CASE(
    "a socks5 proxy is left to resolve the server's name, and a proxy without a port has its scheme's") {
  const auto url = [](std::string_view text) { return parse_proxy_url(text)->url; };
  CHECK(url("socks5://127.0.0.1:1080") == "socks5h://127.0.0.1:1080");
  CHECK(url("SOCKS5H://jump") == "socks5h://jump:1080");
  CHECK(url("http://proxy/") == "http://proxy:80"); // libcurl's own choice would be 1080
  CHECK(url("https://proxy") == "https://proxy:443");
  CHECK(url("http://[2001:db8::1]:3128/path?x") == "http://[2001:db8::1]:3128");
  CHECK(url("http://[::1]") == "http://[::1]:80");
  CHECK(url("http://a:b@c@proxy:1") == "http://a:b@c@proxy:1");
  CHECK(chosen("https://k8s.example.com", {"", "proxy:3128", ""}) == "http://proxy:3128");
}

TEST_CASE(
    "a proxy of another kind, or an address that is none, is refused by name and without its password") {
  CHECK(problem("socks4://me:secret@proxy:1080") ==
        "the proxy's address has the scheme socks4, which is not supported; http, https and socks5 are");
  CHECK(contains(problem("proxy:3128"), "has no scheme"));
  CHECK(contains(problem("me:secret"), "has no scheme"));
  CHECK(contains(problem("http://"), "has no host"));
  CHECK(contains(problem("http://me:secret@:80"), "has no host"));
  CHECK(contains(problem("http://[::1"), "has no host"));
  CHECK(contains(problem("http://proxy:port"), "has the port port"));
  CHECK(contains(problem("http://proxy:0"), "has the port 0"));
  CHECK(contains(problem("http://proxy:65536"), "has the port 65536"));
  CHECK(contains(problem("http://pro xy"), "a space or a control character"));
  CHECK(contains(problem("http://proxy\r\nX: secret"), "a space or a control character"));
  const auto refused = choose_proxy("https://k8s.example.com", "", {"", "ftp://proxy", ""});
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.failure().what, "HTTPS_PROXY: the proxy's address has the scheme ftp"));
  CHECK(choose_proxy("https://127.0.0.1", "", {"", "ftp://proxy", ""})); // it is not asked
}

TEST_CASE("NO_PROXY exempts what Go's rules say") {
  struct row {
    const char* no_proxy;
    const char* host;
    const char* port;
    bool exempt;
  };
  for (const auto& [no_proxy, host, port, exempt] : {
           row{"", "example.com", "443", false},
           row{"*", "example.com", "443", true},
           row{"other, *", "10.0.0.1", "443", true},
           row{"example.com", "example.com", "443", true},
           row{"example.com", "k8s.example.com", "443", true},
           row{"example.com", "notexample.com", "443", false},
           row{"example.com", "com", "443", false},
           row{"EXAMPLE.com", "K8S.Example.COM", "443", true},
           row{".example.com", "k8s.example.com", "443", true},
           row{".example.com", "example.com", "443", false},
           row{"*.example.com", "k8s.example.com", "443", true},
           row{"*.example.com", "example.com", "443", false},
           row{"k*.example.com", "k8s.example.com", "443", false},
           row{"example.com:6443", "k8s.example.com", "6443", true},
           row{"example.com:6443", "k8s.example.com", "443", false},
           row{" a.b ,, example.com ", "example.com", "443", true},
           row{"a b example.com", "example.com", "443", false}, // white space does not separate
           row{"10.0.0.0/8", "10.255.1.2", "6443", true},
           row{"10.0.0.0/8", "11.0.0.1", "6443", false},
           row{"10.1.2.128/25", "10.1.2.129", "6443", true},
           row{"10.1.2.128/25", "10.1.2.127", "6443", false},
           row{"10.1.2.3/32", "10.1.2.3", "6443", true},
           row{"0.0.0.0/0", "192.0.2.1", "6443", true},
           row{"0.0.0.0/0", "2001:db8::1", "6443", false},
           row{"0.0.0.0/0", "example.com", "6443", false}, // names are not resolved
           row{"10.0.0.0/33", "10.0.0.1", "6443", false},
           row{"10.0.0.0/", "10.0.0.0", "6443", false},
           row{"10.", "10.0.0.1", "6443", false},
           row{"192.0.2.1", "192.0.2.1", "6443", true},
           row{"192.0.2.1", "192.0.2.10", "6443", false},
           row{"192.0.2.1:6443", "192.0.2.1", "6443", true},
           row{"192.0.2.1:6443", "192.0.2.1", "443", false},
           row{"2001:db8::/32", "2001:db8:1::1", "6443", true},
           row{"2001:db8::/32", "2001:db9::1", "6443", false},
           row{"2001:db8::1", "2001:0db8::0001", "6443", true},
           row{"[2001:db8::1]", "2001:db8::1", "6443", true},
           row{"[2001:db8::1]:6443", "2001:db8::1", "6443", true},
           row{"[2001:db8::1]:6443", "2001:db8::1", "443", false},
           row{"::ffff:192.0.2.1", "192.0.2.1", "443", true},
           row{":6443", "example.com", "6443", false},
           row{"[", "example.com", "443", false},
           row{"[]:1", "example.com", "1", false},
       }) {
    CAPTURE(no_proxy, host, port);
    CHECK(exempts(no_proxy, host, port) == exempt);
  }
  CHECK(chosen("https://k8s.example.com", {"", company, "example.com:443"}).empty());
  CHECK(chosen("http://[2001:db8::1]:80", {company, "", "2001:db8::/32"}).empty());
}

TEST_CASE("half of an address, or one with something hidden behind it, is no address") {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "127.1"sv, "127.0.0.1\0.example.com"sv, "[::1]"sv, "::1%lo"sv, "1.2.3.4.5"sv, "1.2.3.256"sv})
    CHECK_FALSE(parse_ip_address(text).has_value());
}

TEST_CASE("the token for a plain http server on loopback was given to the proxy in front of it") {
  api_access access;
  access.server = "http://127.0.0.1:9";
  access.proxy = *parse_proxy_url("http://127.0.0.1:9");
  access.token.text = "secret";
  credentials who{access};
  http_client client{who, {}};
  const auto outcome = client.get(
      {}, [](const http_head&) {}, [](std::string_view) { return tallyman::result<void>{}; }, {});
  CHECK(outcome.trouble == http_trouble::identity_);
}

TEST_CASE("a CGI client's Proxy header, which arrives as HTTP_PROXY, was taken for the environment's proxy") {
  const auto under_cgi = [](const char* name) {
    const std::string_view wanted{name};
    return std::string{wanted == "REQUEST_METHOD"                          ? "GET"
                       : wanted == "HTTP_PROXY" || wanted == "HTTPS_PROXY" ? company
                                                                           : ""};
  };
  const auto environment = proxy_environment::of(under_cgi);
  CHECK(environment.http_proxy.empty());
  CHECK(environment.https_proxy == company);
}
