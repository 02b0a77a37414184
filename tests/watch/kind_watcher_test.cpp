#include "messages/seed.hpp"
#include "watch/watched_kind.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;
using kube::testing::contains;
using kube::testing::pod_json;
using kube::testing::pod_line;
using kube::testing::uid_a;
using kube::testing::uid_b;
using lines = std::vector<std::string>;

namespace {

constexpr auto json = "application/json";

std::string pod_list(const std::string& items, const std::string& version, const std::string& token = "") {
  return fmt::format(
      R"({{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
      version, token, items);
}

std::string event(const std::string& type, const std::string& object) {
  return fmt::format(R"({{"type":"{}","object":{}}})", type, object) + "\n";
}

std::string bookmark(const std::string& version) {
  return event(
      "BOOKMARK",
      fmt::format(R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"resourceVersion":"{}"}}}})", version));
}

std::string failure(int code, const std::string& reason, const std::string& message) {
  return fmt::format(
      R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{}","reason":"{}","code":{}}})",
      message, reason, code);
}

/// A watch that stays open and says nothing.
void quiet_watch(fake_connection& to) {
  to.begin(200, json);
  to.linger(30'000);
}

std::size_t count_lists(const lines& requests) {
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(), [](auto& each) { return !contains(each, "watch=1"); }));
}

} // namespace

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
  CHECK(pods.becomes([&] { return pods.reports().back() == "pods: works again"; }));
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

TEST_CASE("an answer that breaks off, or is no list, syncs nothing and is asked for again") {
  const auto whole = pod_list(pod_json(uid_a) + "," + pod_json(uid_b), "10");
  const lines bad_bodies{
      "",
      "{",
      "null",
      "[]",
      "<html>",
      R"({"kind":"PodList"})",
      R"({"kind":"PodList","items":5})",
      R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":7},"items":[]})",
      R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]})",
      whole.substr(0, whole.size() / 2),
      whole.substr(0, whole.size() - 2),
      failure(500, "InternalError", "boom")};
  for (const auto& body : bad_bodies) {
    std::atomic<int> asked = 0;
    fake_api_server server{[&](const fake_request& request, fake_connection& to) {
      if (request.is_watch())
        return quiet_watch(to);
      if (asked++ == 0)
        return to.answer(200, json, body);
      to.answer(200, json, pod_list("", "20"));
    }};
    INFO(body);
    watched_kind pods{server.url()};
    REQUIRE(pods.becomes([&] { return !pods.facts().empty() && contains(pods.facts().back(), "synced"); }));
    const auto facts = pods.facts();
    REQUIRE(facts.back() == "synced Pod items=0 rv=20");
    REQUIRE(std::count_if(facts.begin(), facts.end(), [](auto& each) { return contains(each, "synced"); }) ==
            1);
    REQUIRE(pods.complaints().size() >= 1);
  }
}

TEST_CASE("a connection that breaks in mid-list syncs nothing") {
  std::atomic<int> asked = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    const auto whole = pod_list(pod_json(uid_a), "10");
    if (asked++ > 0)
      return to.answer(200, json, whole);
    to.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                        whole.size(), whole.substr(0, whole.size() - 1)));
    to.close();
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.sees("synced Pod items=1 rv=10"));
  CHECK(pods.facts() ==
        lines{"begin Pod", pod_line(uid_a), "begin Pod", pod_line(uid_a), "synced Pod items=1 rv=10"});
  CHECK(pods.complains("the connection with http://127.0.0.1"));
}

TEST_CASE("a watch that works again is reported when it begins, not when it ends") {
  std::atomic<int> asked = 0;
  fake_api_server server{[&](const fake_request&, fake_connection& to) {
    if (asked++ == 0)
      return to.answer(503, "text/plain", "restarting");
    quiet_watch(to);
  }};
  watched_kind pods{server.url(), watched_kind::fast(), "5"};
  CHECK(pods.complains("could not watch pods: status 503"));
  CHECK(pods.becomes([&] { return pods.reports().back() == "pods: works again"; }));
}

TEST_CASE("what answers with web pages is no API server") {
  fake_api_server server{[](const fake_request&, fake_connection& to) {
    to.answer(200, "text/html; charset=utf-8", "<p>Log in</p>");
  }};
  watched_kind pods{server.url()};
  CHECK(pods.complains("answered with \"text/html; charset=utf-8\" instead of Kubernetes objects"));
  CHECK(pods.facts().empty());
}

TEST_CASE("a watch that goes silent is given up, and goes on where it was") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", "10"));
    to.begin(200, json);
    if (request.at("resourceVersion") == "10")
      to.send(bookmark("11"));
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.watch_silence_max = 200ms;
  watched_kind pods{server.url(), options};
  CHECK(pods.becomes([&] {
    const auto asked = server.requests();
    return asked.size() >= 3 && contains(asked[2], "resourceVersion=11");
  }));
  CHECK(pods.reports().back() == "pods: the watch has gone silent, asking anew");
}

TEST_CASE("a list that never goes on is given up") {
  std::atomic<int> asked = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    if (asked++ > 0)
      return to.answer(200, json, pod_list("", "10"));
    to.begin(200, json);
    to.send(R"({"kind":"PodList","apiVersion":"v1","items":[)");
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.list_silence_max = 200ms;
  watched_kind pods{server.url(), options};
  CHECK(pods.sees("synced Pod items=0 rv=10"));
  CHECK(pods.complains("nothing came from"));
}

TEST_CASE("an object that is too large is skipped, and ends nothing") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    const auto huge = pod_json(uid_b, R"("annotations":{"a":")" + std::string(17 << 20, 'x') + "\"}");
    to.answer(200, json, pod_list(pod_json(uid_a) + "," + huge, "10"));
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.complains("an object is larger than 16777216 bytes"));
  REQUIRE(pods.becomes([&] { return server.requests().size() >= 2; }));
  CHECK(pods.facts() == lines{"begin Pod", pod_line(uid_a)});
}

TEST_CASE("a server that takes back every resourceVersion is not asked faster and faster") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return to.answer(410, json, failure(410, "Expired", "too old"));
    to.answer(200, json, pod_list("", "10"));
  }};
  auto options = watched_kind::fast();
  options.retry_first = 50ms;
  options.retry_last = 5s;
  watched_kind pods{server.url(), options};
  std::this_thread::sleep_for(1s);
  // Waits of 25 to 50, 50 to 100, 100 to 200, 200 to 400 ms: five, six lists at most.
  CHECK(count_lists(server.requests()) <= 6);
  CHECK(count_lists(server.requests()) >= 2);
}

TEST_CASE("a resourceVersion that the server has not reached is answered with a list") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", "10"));
    if (request.at("resourceVersion") == "999")
      return to.answer(504, json, failure(504, "Timeout", "Too large resource version: 999, current: 10"));
    quiet_watch(to);
  }};
  watched_kind pods{server.url(), watched_kind::fast(), "999"};
  CHECK(pods.sees("synced Pod items=0 rv=10"));
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

TEST_CASE("initial events that break off sync nothing") {
  std::atomic<int> asked = 0;
  fake_api_server server{[&](const fake_request&, fake_connection& to) {
    to.begin(200, json);
    to.send(event("ADDED", pod_json(uid_a, R"("resourceVersion":"3")")));
    if (asked++ == 0)
      return;
    to.send(event("BOOKMARK",
                  R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"10","annotations":)"
                  R"({"k8s.io/initial-events-end":"true"}}})"));
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.stream_lists = true;
  watched_kind pods{server.url(), options};
  REQUIRE(pods.sees("synced Pod items=1 rv=10"));
  const auto facts = pods.facts();
  CHECK(std::count(facts.begin(), facts.end(), "begin Pod") == 2);
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

TEST_CASE("bad objects in a watch are skipped, and what follows them is not lost") {
  fake_api_server server{[](const fake_request&, fake_connection& to) {
    to.begin(200, json);
    to.send(event("ADDED", R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":5}})"));
    to.send("garbage\n");
    to.send(event("ADDED", pod_json(uid_b)));
    to.linger(30'000);
  }};
  watched_kind pods{server.url(), watched_kind::fast(), "1"};
  CHECK(pods.sees(pod_line(uid_b)));
  CHECK(pods.complaints().size() >= 2);
}

TEST_CASE("a failing sink ends the watch with its error") {
  std::atomic<bool> may_answer = false;
  fake_api_server server{[&](const fake_request&, fake_connection& to) {
    while (!may_answer)
      std::this_thread::sleep_for(1ms);
    to.answer(200, json, pod_list(pod_json(uid_a), "10"));
  }};
  watched_kind pods{server.url()};
  pods.refuse_facts({error_kind::io, "the disk is full"});
  may_answer = true;
  const auto ended = pods.ends();
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.failure().what == "the disk is full");
}

TEST_CASE("a watch is stopped at once, whatever the server does") {
  fake_api_server server{[](const fake_request&, fake_connection& to) { to.linger(30'000); }};
  watched_kind pods{server.url(), watched_kind::fast(), "5"};
  REQUIRE(pods.becomes([&] { return !server.requests().empty(); }));
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(pods.stop().ok());
  CHECK(std::chrono::steady_clock::now() - started < 500ms);
}
