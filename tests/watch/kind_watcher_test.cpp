#include "watch/answers.hpp"
#include "watch/watched_kind.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;

TEST_CASE("a kind is listed in pages, synced after the last one, and watched from there") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch()) {
      to.begin(200, json);
      to.send(event("ADDED", pod_json(uid_b, R"("resourceVersion":"12")", "", "", "late")));
      return to.linger(30'000);
    }
    if (!request.has("continue"))
      return to.answer(200, json, pod_list(pod_json(uid_a), "9", "a+/="));
    to.answer(200, json, pod_list("", "10"));
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.becomes([&] { return pods.facts().size() >= 4; }));
  const auto facts = pods.facts();
  CHECK(lines{facts.begin(), facts.begin() + 3} ==
        lines{"begin Pod", pod_line(uid_a), "synced Pod items=1 rv=10"});
  CHECK(contains(facts[3], "late"));
  const auto asked = server.requests();
  REQUIRE(asked.size() == 3);
  CHECK(asked[0] == "/api/v1/pods?limit=500");
  CHECK(asked[1] == "/api/v1/pods?limit=500&continue=a%2B%2F%3D");
  CHECK(contains(asked[2], "watch=1&allowWatchBookmarks=true&timeoutSeconds="));
  CHECK(contains(asked[2], "&resourceVersion=10"));
  // What came after the list is marked, so that a restart goes on behind it.
  REQUIRE(pods.stop().ok());
  CHECK(pods.facts().back() == "bookmark Pod rv=12");
}

TEST_CASE("a watch goes on from a journaled position without any list") {
  fake_api_server server{[](const fake_request&, fake_connection& to) { quiet_watch(to); }};
  watched_kind pods{server.url(), watched_kind::fast(), "4711"};
  REQUIRE(pods.becomes([&] { return server.requests().size() == 1; }));
  CHECK(contains(server.requests()[0], "&resourceVersion=4711"));
  REQUIRE(pods.stop().ok());
  CHECK(pods.facts().empty());
}

TEST_CASE("a position of another scope is not gone on from, and every position says its scope") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch()) {
      to.begin(200, json);
      to.send(bookmark("20"));
      return to.linger(30'000);
    }
    to.answer(200, json, pod_list("", "10"));
  }};
  auto narrow = watched_kind::fast();
  narrow.namespaces = {"shop"};
  narrow.pod_labels = "app=cart";
  watched_kind pods{server.url(), narrow, "4711"};
  CHECK(pods.sees("synced Pod items=0 rv=10 /namespaces/shop/pods&labelSelector=app%3Dcart"));
  CHECK(pods.sees("bookmark Pod rv=20 /namespaces/shop/pods&labelSelector=app%3Dcart"));
  CHECK(server.requests()[0] == "/api/v1/namespaces/shop/pods?limit=500&labelSelector=app%3Dcart");
  REQUIRE(pods.stop().ok());
  watched_kind again{server.url(), narrow, "20 /namespaces/shop/pods&labelSelector=app%3Dcart"};
  CHECK(pods.becomes([&] { return server.requests().size() >= 3; }));
  CHECK(contains(server.requests()[2], "&resourceVersion=20&"));
}

TEST_CASE("of several namespaces only theirs is taken in, ignored ones are left out by the server") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    auto other = pod_json(uid_b);
    other.replace(other.find("shop"), 4, "test");
    to.answer(200, json, pod_list(pod_json(uid_a) + "," + other, "10"));
  }};
  auto several = watched_kind::fast();
  several.namespaces = {"store", "shop"};
  watched_kind pods{server.url(), several};
  CHECK(pods.sees("synced Pod items=1 rv=10 |shop|store"));
  auto ignoring = watched_kind::fast();
  ignoring.namespaces_ignored = {"kube-system", "dev"};
  ignoring.pod_fields = "spec.nodeName!=";
  watched_kind others{server.url(), ignoring};
  const auto expected = "/api/v1/pods?limit=500&fieldSelector=metadata.namespace%21%3Dkube-system%2Cmetadata."
                        "namespace%21%3Ddev%2Cspec.nodeName%21%3D";
  CHECK(others.becomes([&] {
    const auto asked = server.requests();
    return std::count(asked.begin(), asked.end(), expected) == 1;
  }));
}

TEST_CASE("a watch that is too old is answered with one new list, whichever way the server says so") {
  for (const bool in_stream : {false, true}) {
    fake_api_server server{[&](const fake_request& request, fake_connection& to) {
      if (!request.is_watch())
        return to.answer(200, json, pod_list("", "20"));
      if (request.at("resourceVersion") == "20")
        return quiet_watch(to);
      const auto expired = failure(410, "Expired", "too old resource version: 5 (9)");
      if (!in_stream)
        return to.answer(410, json, expired);
      to.begin(200, json);
      to.send(event("ERROR", expired));
    }};
    watched_kind pods{server.url(), watched_kind::fast(), "5"};
    CHECK(pods.sees("synced Pod items=0 rv=20"));
    CHECK(pods.becomes([&] { return server.requests().size() == 3; }));
    CHECK(count_lists(server.requests()) == 1);
    CHECK(pods.complaints().empty());
  }
}

TEST_CASE("a continue token that expired begins the list anew, and does not sync half of it") {
  std::atomic<int> tokens_expired = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    if (!request.has("limit"))
      return to.answer(200, json, pod_list(pod_json(uid_a) + "," + pod_json(uid_b), "30"));
    if (!request.has("continue"))
      return to.answer(200, json, pod_list(pod_json(uid_a), "10", "next"));
    ++tokens_expired;
    to.answer(410, json, failure(410, "Expired", "The provided continue parameter is too old"));
  }};
  watched_kind pods{server.url()};
  CHECK(pods.sees("synced Pod items=2 rv=30"));
  // After the second time it is asked for in one go: tokens live five minutes, this list takes longer.
  CHECK(tokens_expired == 2);
  const auto facts = pods.facts();
  CHECK(std::count_if(facts.begin(), facts.end(), [](auto& each) { return contains(each, "synced"); }) == 1);
}

TEST_CASE("a server that is busy is given the time that it asks for") {
  std::atomic<bool> asked = false;
  std::chrono::steady_clock::time_point first;
  std::chrono::steady_clock::time_point second;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    if (!asked.exchange(true)) {
      first = std::chrono::steady_clock::now();
      return to.answer(429, json, failure(429, "TooManyRequests", "slow down"), "Retry-After: 1\r\n");
    }
    second = std::chrono::steady_clock::now();
    to.answer(200, json, pod_list("", "10"));
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.sees("synced Pod items=0 rv=10"));
  CHECK(second - first >= 1s);
  CHECK(pods.complains("could not list pods: slow down"));
  CHECK(pods.becomes([&] { return pods.reports().back() == server.url() + " works again"; }));
}

TEST_CASE("a page that a busy server refused is asked for again, and the list goes on") {
  std::atomic<int> refused = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    if (!request.has("continue"))
      return to.answer(200, json, pod_list(pod_json(uid_a), "10", "next"));
    if (refused++ == 0)
      return to.answer(503, "text/plain", "upstream is restarting");
    to.answer(200, json, pod_list(pod_json(uid_b), "10"));
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.sees("synced Pod items=2 rv=10"));
  CHECK(server.requests().size() >= 3);
  CHECK(pods.facts().size() == 4);
}

TEST_CASE("a kind that may not be listed or watched is left out, with kind and verb, until it may be") {
  std::atomic<bool> may_list = false;
  std::atomic<bool> may_watch = false;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    const auto refusal = failure(403, "Forbidden", "User \\\"x\\\" cannot do this");
    if (request.is_watch())
      return may_watch ? quiet_watch(to) : to.answer(403, json, refusal);
    may_list ? to.answer(200, json, pod_list("", "10")) : to.answer(403, json, refusal);
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.complains("pods are left out: no right to list pods: User \"x\" cannot do this"));
  std::this_thread::sleep_for(150ms);
  CHECK(pods.complaints().size() == 1);
  CHECK(pods.facts().empty());
  may_list = true;
  // It worked, so it may be no more than a server that is starting: it is said a little later.
  REQUIRE(pods.complains("pods are left out: no right to watch pods"));
  may_watch = true;
  CHECK(pods.becomes([&] { return contains(server.requests().back(), "resourceVersion=10"); }));
}

TEST_CASE("an older version of a kind is watched where the server has no newer one") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.path == "/apis/batch/v1/cronjobs")
      return to.answer(404, json,
                       failure(404, "NotFound", "the server could not find the requested resource"));
    if (request.is_watch())
      return quiet_watch(to);
    to.answer(
        200, json,
        R"({"kind":"CronJobList","apiVersion":"batch/v1beta1","metadata":{"resourceVersion":"3"},"items":[]})");
  }};
  watched_kind jobs{
      server.url(), watched_kind::fast(), "", {"cronjobs", "CronJob", {"batch/v1", "batch/v1beta1"}}};
  CHECK(jobs.sees("synced CronJob.batch items=0 rv=3"));
  CHECK(jobs.complaints().empty());
}

TEST_CASE("initial events are a list where the server can stream it") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    to.begin(200, json);
    if (request.at("sendInitialEvents") == "true") {
      to.send(event("ADDED", pod_json(uid_a, R"("resourceVersion":"3")")));
      to.send(event("BOOKMARK",
                    R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"10","annotations":)"
                    R"({"k8s.io/initial-events-end":"true"}}})"));
      to.send(event("ADDED", pod_json(uid_b, R"("resourceVersion":"11")")));
    }
    to.linger(100);
  }};
  auto options = watched_kind::fast();
  options.stream_lists = true;
  watched_kind pods{server.url(), options};
  REQUIRE(pods.sees("synced Pod items=1 rv=10"));
  CHECK(pods.facts()[0] == "begin Pod");
  CHECK(pods.becomes([&] { return server.requests().size() >= 2; }));
  CHECK(contains(server.requests()[0], "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"));
  CHECK(contains(server.requests()[1], "&resourceVersion=11"));
}

TEST_CASE("a server that knows nothing of initial events is asked for pages") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.has("sendInitialEvents"))
      return to.answer(422, json, failure(422, "Invalid", "resourceVersionMatch is forbidden for watch"));
    if (request.is_watch())
      return quiet_watch(to);
    to.answer(200, json, pod_list("", "10"));
  }};
  auto options = watched_kind::fast();
  options.stream_lists = true;
  watched_kind pods{server.url(), options};
  CHECK(pods.sees("synced Pod items=0 rv=10"));
  CHECK(pods.complaints().empty());
}
