#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube::testing;

namespace {

std::string event(std::string_view type, std::string_view object) {
  return fmt::format(R"({{"type":"{}","object":{}}})", type, object);
}

constexpr std::string_view expired =
    R"json({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
"message":"too old\nresource version: 1 (2)","reason":"Expired","code":410})json";

} // namespace

TEST_CASE("a deleted object is gone, whatever its kind") {
  const auto rv = R"("resourceVersion":"9")";
  CHECK(facts_of(event("DELETED", pod_json(uid_a, rv)) + event("DELETED", node_json(uid_c, rv, "")) +
                 event("DELETED", R"({"kind":"Job","apiVersion":"batch/v1","metadata":{"uid":"u"}})")) ==
        lines{fmt::format("pod gone {} rv=9", uid_a), fmt::format("node gone {} n1 rv=9", uid_c),
              "workload gone u Job.batch rv=0"});
}

TEST_CASE("added and modified objects are observed in the order of the stream") {
  CHECK(facts_of(event("ADDED", pod_json(uid_a)) + "\n" + event("MODIFIED", pod_json(uid_b)) + "\n") ==
        lines{pod_line(uid_a), pod_line(uid_b)});
}

TEST_CASE("a watch event may name its type last") {
  CHECK(facts_of(R"({"object":)" + pod_json(uid_a) + R"(,"type":"DELETED"})") ==
        lines{fmt::format("pod gone {} rv=0", uid_a)});
}

TEST_CASE("an object that has a type of its own is no watch event") {
  const auto all = decode(R"({"kind":"Secret","apiVersion":"v1","type":"Opaque","metadata":{}})"
                          R"({"apiVersion":"v1","kind":"Event","object":{},"type":"Normal"})");
  CHECK(all.error.empty());
  CHECK(all.counters.kinds.at("Secret").skipped == 1);
  CHECK(all.counters.kinds.at("Event").skipped == 1);
}

TEST_CASE("a bookmark says how far the server has come and nothing else") {
  const auto all =
      decode(event("BOOKMARK", R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"77",)"
                               R"("creationTimestamp":null},"spec":{"containers":null},"status":{}})") +
             event("BOOKMARK", R"({"kind":"Secret","apiVersion":"v1","metadata":{"resourceVersion":"78"}})"));
  CHECK(all.error.empty());
  CHECK(all.lines == lines{"bookmark Pod rv=77"});
  CHECK(all.counters.bookmarks == 2);
}

TEST_CASE("an API error is reported and is not data") {
  const auto all = decode(event("ERROR", expired) + std::string{expired} + pod_json(uid_a));
  CHECK(all.error.empty());
  CHECK(all.lines == lines{pod_line(uid_a)});
  CHECK(all.counters.statuses == 2);
  REQUIRE(all.warnings.size() == 2);
  CHECK(all.warnings[0] == "byte 0, line 1: the API server reported: too old resource version: 1 (2)");
}

TEST_CASE("an API error without a message is still reported") {
  const auto all = decode(event("ERROR", R"({"kind":"Status","reason":"Gone"})") + event("ERROR", "{}"));
  REQUIRE(all.warnings.size() == 2);
  CHECK(contains(all.warnings[0], "the API server reported: Gone"));
  CHECK(contains(all.warnings[1], "the API server reported: an error without a message"));
}

TEST_CASE("a flood of API errors does not pile up warnings") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += event("ERROR", expired);
  const auto all = decode(text);
  CHECK(all.warnings.size() == tallyman::kube::json_decoder::warnings_max);
  CHECK(all.warnings.back() == "901 more warnings like these");
}

TEST_CASE("an unknown watch type is refused") {
  CHECK(decode(event("RELOADED", pod_json(uid_a))).error ==
        R"(byte 0, line 1: "RELOADED" is no type of watch event)");
  CHECK(contains(decode(R"({"object":)" + pod_json(uid_a) + "}").error, "is no type of watch event"));
  CHECK(contains(decode(R"({"type":"ADDED","object":null})").error, "the object of a watch event is null"));
  CHECK(contains(decode(R"({"type":5,"object":{}})").error, "the type of a watch event is a number"));
}

TEST_CASE("who feeds kubectl get --watch without its events is told that no deletion is seen") {
  const auto others = pod_json(uid_b) + "\n" + pod_json(uid_c) + "\n";
  const auto again = decode(pod_json(uid_a) + "\n" + others + pod_json(uid_a) + "\n" + others);
  CHECK(again.lines.size() == 6);
  REQUIRE(again.warnings.size() == 1);
  CHECK(contains(
      again.warnings[0],
      "line 4: Pod shop/cart-1 comes again, as kubectl get --watch prints what has changed, which does "
      "not say what was deleted: add --output-watch-events"));
}

TEST_CASE("objects in events and in lists may come again without a word") {
  const auto event = R"({"type":"MODIFIED","object":)" + pod_json(uid_a) + "}";
  const auto list = R"({"kind":"PodList","apiVersion":"v1","items":[)" + pod_json(uid_a) + "]}";
  const auto config = R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"uid":"u"}})";
  CHECK(decode(event + event + list + list + config + config + pod_json(uid_a)).warnings.empty());
}
