#include "watch/answers.hpp"
#include "watch/watched_cluster.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;

namespace {

const std::vector<resource> two_kinds{{"pods", "Pod", {"v1"}}, {"nodes", "Node", {"v1"}, false}};

/// A server at `version`, which takes a watch from any version and sends nothing, as a real one does.
fake_api_server::handler server_at(const std::atomic<int>& version) {
  return [&version](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    const auto kind = contains(request.path, "pods") ? "Pod" : "Node";
    to.answer(200, json,
              fmt::format(
                  R"({{"kind":"{}List","apiVersion":"v1","metadata":{{"resourceVersion":"{}"}},"items":[]}})",
                  request.at("limit") == "1" ? "PartialObjectMetadata" : kind, version.load()));
  };
}

constexpr auto went_back =
    "the server's state went back (resourceVersion 2504, was 4456); was etcd restored? "
    "listing anew";

std::size_t count(const lines& in, const std::string& part) {
  return static_cast<std::size_t>(
      std::count_if(in.begin(), in.end(), [&](auto& each) { return contains(each, part); }));
}

} // namespace

TEST_CASE("an etcd restored behind a stopped watch is noticed: all kinds list anew, and one line says why") {
  const std::atomic<int> version = 2504;
  fake_api_server server{server_at(version)};
  // The position of the nodes is one that the server has reached: they list anew all the same.
  watched_cluster cluster{
      server.url(), {{"Pod", "4456"}, {"Node", "1000"}}, watched_cluster::fast(), two_kinds};
  REQUIRE(cluster.tells("pods: listed at resourceVersion 2504"));
  REQUIRE(cluster.tells("nodes: listed at resourceVersion 2504"));
  std::this_thread::sleep_for(200ms); // several questions more
  CHECK(count(cluster.told(), went_back) == 1);
  CHECK(count(cluster.facts(), "synced") == 2);
}

TEST_CASE("an etcd restored behind quiet watches is noticed") {
  std::atomic<int> version = 4456;
  fake_api_server server{server_at(version)};
  watched_cluster cluster{server.url(), {}, watched_cluster::fast(), two_kinds};
  REQUIRE(cluster.tells("listed at resourceVersion 4456", 2));
  version = 2504;
  REQUIRE(cluster.tells("listed at resourceVersion 2504", 2));
  CHECK(count(cluster.told(), went_back) == 1);
}

TEST_CASE("an etcd restored while no watch brings anything is noticed") {
  std::atomic<int> version = 4456;
  std::atomic<bool> ends_watches = true;
  const auto quiet = server_at(version);
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    request.is_watch() && ends_watches ? to.begin(200, json) : quiet(request, to);
  }};
  watched_cluster cluster{server.url(), {}, watched_cluster::fast(), two_kinds};
  REQUIRE(cluster.tells("ends every watch of pods at once"));
  REQUIRE(cluster.tells("ends every watch of nodes at once"));
  version = 2504;
  ends_watches = false;
  CHECK(cluster.tells(went_back));
}

TEST_CASE("a restart lists no objects, and asks the server for its version in one cheap question") {
  const std::atomic<int> version = 4456;
  fake_api_server server{server_at(version)};
  auto options = watched_cluster::fast();
  options.version_check_pause = 60s;
  options.version_check_pause_min = 60s;
  watched_cluster cluster{server.url(), {{"Pod", "4456"}, {"Node", "4400"}}, options, two_kinds};
  REQUIRE(watched_kind::becomes([&] { return server.requests().size() >= 3; }));
  std::this_thread::sleep_for(100ms);
  const auto asked = server.requests();
  CHECK(asked.size() == 3);
  CHECK(count(asked, "watch=1") == 2);
  CHECK(std::count_if(asked.begin(), asked.end(), [](auto& each) { return each.ends_with("?limit=1"); }) ==
        1);
  CHECK(cluster.facts().empty());
}

TEST_CASE("versions that are no numbers are not compared, and nothing is made of it") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    request.is_watch() ? quiet_watch(to) : to.answer(200, json, pod_list("", "abc=="));
  }};
  watched_cluster cluster{server.url(), {{"Pod", "xyz"}}, watched_cluster::fast(), {two_kinds[0]}};
  std::this_thread::sleep_for(200ms);
  CHECK(count(server.requests(), "watch=1") == 1);
  CHECK(cluster.told() == lines{"pods: going on from resourceVersion xyz, without a list"});
}

TEST_CASE("a server whose versions always look as if they went back is asked ever more rarely") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    to.answer(200, json, pod_list("", request.at("limit") == "1" ? "10" : "20"));
  }};
  watched_cluster cluster{server.url(), {}, watched_cluster::fast(), {two_kinds[0]}};
  std::this_thread::sleep_for(1s);
  // After pauses of 25 to 50, 50, 100, 200, 400 ms, and 5 more each.
  CHECK(count(server.requests(), "limit=500") >= 3);
  CHECK(count(server.requests(), "limit=500") <= 7);
}

TEST_CASE("an outage of the server is one line for all kinds, and none waits for long once one works") {
  std::atomic<bool> is_down = true;
  std::atomic<int> version = 10;
  const auto up = server_at(version);
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    is_down ? to.answer(503, "text/plain", "no upstream") : up(request, to);
  }};
  auto options = watched_cluster::fast();
  options.retry_last = 60s;
  options.retry_first = 300ms;
  watched_cluster cluster{server.url(), {}, options, two_kinds};
  REQUIRE(cluster.tells("status 503"));
  std::this_thread::sleep_for(1s); // each kind waits for up to a second or two by now
  CHECK(cluster.told().size() == 1);
  is_down = false;
  REQUIRE(cluster.tells("listed at resourceVersion 10", 1));
  const auto first = std::chrono::steady_clock::now();
  REQUIRE(cluster.tells("works again"));
  CHECK(std::chrono::steady_clock::now() - first < 200ms);
  CHECK(cluster.told().size() == 4);
}
