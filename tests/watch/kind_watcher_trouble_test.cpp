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
    fake_api_server server{first_list([&](fake_connection& to) { to.answer(200, json, body); })};
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
  CHECK(pods.becomes([&] { return pods.reports().back() == server.url() + " works again"; }));
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
  options.watch_silence_max = 1100ms; // what lives shorter counts as refused
  watched_kind pods{server.url(), options};
  CHECK(pods.becomes([&] {
    const auto asked = server.requests();
    return asked.size() >= 4 && contains(asked[2], "resourceVersion=11");
  }));
  const auto reports = pods.reports();
  CHECK(reports.back() ==
        fmt::format("pods: asking for the watch anew: nothing came from {} for 1 s", server.url()));
  CHECK(std::count(reports.begin(), reports.end(), reports.back()) == 1);
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
