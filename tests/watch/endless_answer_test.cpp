// Answers that never end: each must be given up at a bound, with one clear line, and must not fill the
// memory.

#include "watch/answers.hpp"
#include "watch/cluster_watch.hpp"
#include "watch/watched_kind.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto head_of_list =
    R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"10"},"items":[)";
constexpr auto pod_begin = R"({"kind":"Pod","apiVersion":"v1","metadata":{"annotations":{"a":")";
// Sixteen times as much as an object may have.
constexpr std::size_t chunks = 4096;
const std::string chunk(std::size_t{64} << 10, 'x');
// The window holds one object of 16 MiB, and grows by doubling.
constexpr long memory_kib_max = 100L << 10;

/// The most memory that this process ever had.
long peak_kib() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

bool lists_in_the_end(watched_kind& pods) {
  return pods.sees("synced Pod items=0 rv=20");
}

} // namespace

TEST_CASE("a list item that never ends is refused, is given up, and does not fill the memory") {
  fake_api_server server{first_list([&](fake_connection& to) {
    to.begin(200, json);
    to.send(std::string{head_of_list} + pod_begin);
    for (std::size_t sent = 0; sent < chunks; ++sent)
      to.send(chunk);
    to.send_without_end("x", 1);
  })};
  auto options = watched_kind::fast();
  options.list_time_max = 5s;
  const auto before = peak_kib();
  watched_kind pods{server.url(), options};
  REQUIRE(lists_in_the_end(pods));
  CHECK(pods.complains("an object is larger than 16777216 bytes"));
  CHECK(pods.complains("did not end its answer within 5 s"));
  CHECK(peak_kib() - before < memory_kib_max);
}

TEST_CASE("a watch event that never ends is refused, is given up, and does not fill the memory") {
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.at("resourceVersion") != "5")
      return quiet_watch(to);
    to.begin(200, json);
    to.send(bookmark("11"));
    to.send(R"({"type":"ADDED","object":)" + std::string{pod_begin});
    for (std::size_t sent = 0; sent < chunks; ++sent)
      to.send(chunk);
    to.send_without_end("x", 1);
  }};
  auto options = watched_kind::fast();
  options.watch_time_min = 2s;
  options.watch_silence_max = 1s;
  const auto before = peak_kib();
  watched_kind pods{server.url(), options, "5"};
  REQUIRE(pods.becomes([&] { return server.requests().size() >= 2; }));
  CHECK(contains(server.requests()[1], "resourceVersion=11"));
  CHECK(pods.complains("an object is larger than 16777216 bytes"));
  CHECK(peak_kib() - before < memory_kib_max);
}

TEST_CASE("a watch event in protobuf that claims to be endless is refused before it comes") {
  std::atomic<int> asked = 0;
  fake_api_server server{[&](const fake_request&, fake_connection& to) {
    if (asked++ > 0)
      return quiet_watch(to);
    to.begin(200, "application/vnd.kubernetes.protobuf;stream=watch");
    to.send("\xff\xff\xff\xff");
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.use_protobuf = true;
  watched_kind pods{server.url(), options, "5"};
  CHECK(pods.complains("a watch event of 4294967295 bytes: an object is larger than 16777216 bytes"));
  CHECK(pods.becomes([&] { return asked >= 2; }));
}

TEST_CASE("a list that trickles for ever is given up, though it is never silent") {
  fake_api_server server{first_list([&](fake_connection& to) {
    to.begin(200, json);
    to.send(head_of_list);
    to.send_without_end(" ", 10);
  })};
  auto options = watched_kind::fast();
  options.list_time_max = 1s;
  watched_kind pods{server.url(), options};
  REQUIRE(lists_in_the_end(pods));
  CHECK(pods.complains("did not end its answer within 1 s"));
}

TEST_CASE("a failure or a web page that never ends is not read to its end") {
  const auto [status, type, complaint] = GENERATE(table<int, std::string, std::string>(
      {{500, "text/plain", "could not list pods: status 500"},
       {200, "text/html", "answered with \"text/html\" instead of Kubernetes objects"}}));
  fake_api_server server{first_list([&](fake_connection& to) {
    to.begin(status, type);
    to.send_without_end(chunk);
  })};
  watched_kind pods{server.url()}; // with time-outs longer than this test's patience
  REQUIRE(lists_in_the_end(pods));
  CHECK(pods.complains(complaint));
}

TEST_CASE("whoever does not say its version as an API server does is named, and not read to the end") {
  const auto body = GENERATE(as<std::string>{}, "", "{", "null", "[]", "{}", R"({"gitVersion":5})",
                             R"({"gitVersion":{"major":1}})", "without an end");
  fake_api_server server{[&](const fake_request&, fake_connection& to) {
    if (body != "without an end")
      return to.answer(200, json, body);
    to.begin(200, json);
    to.send_without_end(chunk);
  }};
  api_access access;
  access.server = server.url();
  access.source = "the test";
  const auto version = greet(access, {});
  REQUIRE_FALSE(version);
  CHECK(version.failure().what ==
        server.url() + " does not answer as a Kubernetes API server does; check the server in the test");
}

TEST_CASE("an answer that comes slowly, byte by byte, is read like any other") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    to.begin(200, json);
    for (const auto c : pod_list(pod_json(uid_a), "20")) {
      to.send({&c, 1});
      std::this_thread::sleep_for(200us);
    }
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.sees("synced Pod items=1 rv=20"));
  CHECK(pods.facts() == lines{"begin Pod", pod_line(uid_a), "synced Pod items=1 rv=20"});
  CHECK(pods.complaints().empty());
}

TEST_CASE("a login page that answers with 200 is named as a web page, not as a server of the wrong version") {
  fake_api_server server{[](const fake_request&, fake_connection& to) {
    to.answer(200, "text/html; charset=utf-8", "<html>Log in</html>");
  }};
  api_access access;
  access.server = server.url();
  access.source = "the test";
  const auto greeted = greet(access, {});
  REQUIRE_FALSE(greeted);
  CHECK(greeted.failure().what ==
        server.url() +
            " answers with a web page, as a login or a gateway does, and not as a Kubernetes API server; "
            "check the server in the test");
}
