// What real servers, and what stands before them, have been seen to do to a watch: a row of the table in
// docs/watch.md each.

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

namespace {

/// Lists at version 20; watches from there are silent, from 5 they are answered by `stale`.
fake_api_server::handler stale_at_5(std::function<void(fake_connection&)> stale) {
  return [stale = std::move(stale)](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list(pod_json(uid_b), "20"));
    if (request.at("resourceVersion") == "5")
      return stale(to);
    quiet_watch(to);
  };
}

std::size_t count_watches_from(const std::vector<std::string>& requests, const std::string& version) {
  return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), [&](auto& each) {
    return contains(each + "&", "&resourceVersion=" + version + "&");
  }));
}

constexpr auto synced_at_20 = "synced Pod items=1 rv=20";

} // namespace

TEST_CASE("a position that expired in words of the server's own is listed anew at the first try") {
  const auto message = GENERATE(as<std::string>{}, "too old resource version: 5 (9)",
                                "mvcc: required revision has been compacted",
                                "etcdserver: mvcc: required revision has been compacted");
  const auto status = GENERATE(0, 410, 500);
  fake_api_server server{stale_at_5([&](fake_connection& to) {
    const auto said =
        fmt::format(R"({{"kind":"Status","apiVersion":"v1","message":"{}","code":410}})", message);
    if (status != 0)
      return to.answer(status, json, said);
    to.begin(200, json);
    to.send(event("ERROR", said));
  })};
  INFO(message << " " << status);
  watched_kind pods{server.url(), watched_kind::fast(), "5"};
  REQUIRE(pods.sees(synced_at_20));
  CHECK(count_watches_from(server.requests(), "5") == 1);
  CHECK(pods.complaints().empty());
}

TEST_CASE("a position that nothing comes of is given up after three tries, whatever the server says") {
  const auto way = GENERATE(0, 1, 2, 3, 4);
  fake_api_server server{stale_at_5([&](fake_connection& to) {
    if (way == 0) // closed at once, without a word
      return to.begin(200, json);
    if (way == 1)
      return to.answer(200, json, "");
    if (way == 2)
      return to.answer(500, json, failure(500, "InternalError", "no"));
    if (way == 3)
      return to.answer(400, json, failure(400, "BadRequest", "no"));
    to.begin(200, json);
    to.send(event("ERROR", failure(500, "InternalError", "no")));
  })};
  INFO(way);
  watched_kind pods{server.url(), watched_kind::fast(), "5"};
  REQUIRE(pods.sees(synced_at_20));
  CHECK(count_watches_from(server.requests(), "5") == 3);
  CHECK(pods.complaints().size() == 1);
}

TEST_CASE("a gateway that answers for the server speaks less against a position, but not never") {
  fake_api_server server{stale_at_5([](fake_connection& to) { to.answer(503, "text/plain", "upstream"); })};
  watched_kind pods{server.url(), watched_kind::fast(), "5"};
  REQUIRE(pods.sees(synced_at_20));
  CHECK(count_watches_from(server.requests(), "5") == 12);
  CHECK(pods.complaints().size() == 1);
}

TEST_CASE("a server that is not there says nothing about a position") {
  std::string url;
  {
    const fake_api_server gone{[](const fake_request&, fake_connection&) {}};
    url = gone.url();
  }
  watched_kind pods{url, watched_kind::fast(), "5"};
  REQUIRE(pods.complains("cannot be reached"));
  std::this_thread::sleep_for(600ms); // at least 15 tries
  CHECK(pods.complaints().size() == 1);
  const auto reports = pods.reports();
  CHECK(reports == lines{"pods: going on from resourceVersion 5, without a list"});
}

TEST_CASE("an ERROR event is no progress: the tries become rarer, and nothing is said to work") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", "20"));
    to.begin(200, json);
    to.send(event("ERROR", failure(500, "InternalError", fmt::format("request {} failed", std::rand()))));
  }};
  auto options = watched_kind::fast();
  options.retry_first = 50ms;
  options.retry_last = 5s;
  watched_kind pods{server.url(), options};
  std::this_thread::sleep_for(1s);
  // Waits of 25 to 50, 50 to 100, 100 to 200, 200 to 400 ms: the text changes, the trouble does not.
  CHECK(server.requests().size() <= 8);
  CHECK(pods.complaints().size() == 1);
  const auto reports = pods.reports();
  CHECK(std::count(reports.begin(), reports.end(), "pods: works again") == 0);
}

TEST_CASE("a server that takes sendInitialEvents for nothing is listed in pages at its first bookmark") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list(pod_json(uid_a), "10"));
    to.begin(200, json);
    if (request.has("sendInitialEvents"))
      to.send(event("ADDED", pod_json(uid_a, R"("resourceVersion":"3")")) + bookmark("9"));
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.stream_lists = true;
  watched_kind pods{server.url(), options};
  REQUIRE(pods.sees("synced Pod items=1 rv=10"));
  CHECK(pods.complaints().empty());
}

TEST_CASE("a streamed list that falls silent is asked for once more, and then in pages") {
  fake_api_server server{[](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list(pod_json(uid_a), "10"));
    to.begin(200, json);
    if (request.has("sendInitialEvents"))
      to.send(event("ADDED", pod_json(uid_a, R"("resourceVersion":"3")")));
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.stream_lists = true;
  options.list_silence_max = 100ms;
  watched_kind pods{server.url(), options};
  REQUIRE(pods.sees("synced Pod items=1 rv=10"));
  const auto asked = server.requests();
  CHECK(std::count_if(asked.begin(), asked.end(),
                      [](auto& each) { return contains(each, "sendInitialEvents"); }) == 2);
}

TEST_CASE("what is older than the position means a list, and never becomes the position") {
  const bool is_bookmark = GENERATE(true, false);
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", "300"));
    to.begin(200, json);
    if (request.at("resourceVersion") == "5000")
      to.send(is_bookmark ? bookmark("301") : event("ADDED", pod_json(uid_a, R"("resourceVersion":"301")")));
    to.linger(30'000);
  }};
  watched_kind pods{server.url(), watched_kind::fast(), "5000"};
  REQUIRE(pods.sees("synced Pod items=0 rv=300"));
  CHECK(pods.facts() == lines{"begin Pod", "synced Pod items=0 rv=300"});
  CHECK(contains(pods.reports()[1], "listing anew: resourceVersion 301 came after 5000"));
}

TEST_CASE("resourceVersions of any length and content are handed back as they came") {
  const auto first = GENERATE(as<std::string>{}, "eyJhIjoiMSJ9+/==", "99999999999999999999999999999999999999",
                              "0", "a b?c&d");
  const auto second = first == "0" ? std::string{"1"} : "9" + first;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", first));
    to.begin(200, json);
    if (request.at("resourceVersion") == percent_encoded(first))
      to.send(event("ADDED", pod_json(uid_a, fmt::format(R"("resourceVersion":"{}")", second))));
    to.linger(100);
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.becomes([&] { return count_watches_from(server.requests(), percent_encoded(second)) > 0; }));
  CHECK(count_lists(server.requests()) == 1);
}

TEST_CASE("pages may be empty, but not go on for ever") {
  const bool in_circles = GENERATE(true, false);
  std::atomic<int> pages = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (request.is_watch())
      return quiet_watch(to);
    const auto page = ++pages;
    if (page == 3 && !in_circles)
      return to.answer(200, json, pod_list(pod_json(uid_a), "10"));
    const auto nothing = page == 1 ? "null" : "[]";
    to.answer(
        200, json,
        fmt::format(
            R"({{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"10","continue":"{}"}},"items":{}}})",
            in_circles ? std::to_string(page % 7) : std::to_string(page), nothing));
  }};
  auto options = watched_kind::fast();
  options.retry_first = options.retry_last = 10s;
  watched_kind pods{server.url(), options};
  if (!in_circles) {
    REQUIRE(pods.sees("synced Pod items=1 rv=10"));
    return;
  }
  REQUIRE(pods.complains("gives page after page, and no end"));
  CHECK(pages <= 110);
  CHECK(pods.facts() == lines{"begin Pod"});
}

TEST_CASE("a load balancer that cuts every watch costs a line, and no list") {
  std::atomic<int> watches = 0;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    if (!request.is_watch())
      return to.answer(200, json, pod_list("", "10"));
    const auto n = ++watches;
    to.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto sent = event("ADDED", pod_json(uid_a, fmt::format(R"("resourceVersion":"{}")", 10 + n)));
    to.send(fmt::format("{:x}\r\n{}\r\n", sent.size(), sent));
    to.linger(20);
    to.close();
  }};
  watched_kind pods{server.url()};
  REQUIRE(pods.becomes([&] { return watches >= 10; }));
  CHECK(count_lists(server.requests()) == 1);
  CHECK(pods.complaints().empty());
  CHECK(pods.reports().size() == 2); // listed, and that watches are asked for anew
}

TEST_CASE("namespaces that may not be read across all of them are read one by one, and are one list") {
  std::atomic<bool> may_read_store = true;
  fake_api_server server{[&](const fake_request& request, fake_connection& to) {
    const bool in_shop = contains(request.path, "/namespaces/shop/");
    if (!contains(request.path, "/namespaces/") || (!in_shop && !may_read_store))
      return to.answer(403, json, failure(403, "Forbidden", "not at the cluster scope"));
    if (!request.is_watch())
      return to.answer(200, json, pod_list(pod_json(in_shop ? uid_a : uid_b), in_shop ? "10" : "12"));
    to.begin(200, json);
    if (!in_shop && request.at("resourceVersion") == "12")
      to.send(event("DELETED", pod_json(uid_b, R"("resourceVersion":"15")")));
    to.linger(30'000);
  }};
  auto options = watched_kind::fast();
  options.namespaces = {"store", "shop"};
  {
    watched_kind pods{server.url(), options};
    // The lowest version: everything up to there has come of all of them.
    REQUIRE(pods.sees("synced Pod items=2 rv=10 |shop|store"));
    REQUIRE(pods.becomes([&] { return pods.facts().size() >= 5; }));
    CHECK(pods.complaints().empty());
    REQUIRE(pods.stop().ok());
    CHECK(pods.facts().front() == "begin Pod");
  }
  watched_kind again{server.url(), options, "10 |shop|store"};
  REQUIRE(again.becomes([&] { return count_watches_from(server.requests(), "10") >= 4; }));
  CHECK(again.facts().empty());
  may_read_store = false;
  watched_kind half{server.url(), options};
  CHECK(half.complains("pods are left out: no right to list pods: not at the cluster scope"));
  CHECK(half.complains("without pods nothing can be tallied"));
}
