#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube::testing;

namespace {

constexpr std::string_view bare_item = R"({"metadata":{"name":"cart-1","namespace":"shop","uid":"u-1"}})";
constexpr std::string_view bare_line = "pod u-1 shop/cart-1 node= phase=0 deleting=false rv=0 controller=-";

} // namespace

TEST_CASE("a list is observed item by item, not as complete, unless told so") {
  CHECK(facts_of(R"({"apiVersion":"v1","items":[)" + pod_json(uid_a) + "," + node_json(uid_c, "", "") +
                 R"(],"kind":"List","metadata":{"resourceVersion":""}})") ==
        lines{pod_line(uid_a), fmt::format("node {} n1 / rv=0", uid_c)});
}

TEST_CASE("items of a typed list have its kind") {
  CHECK(facts_of(R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[)" + std::string{bare_item} +
                 "]}") == lines{std::string{bare_line}});
  CHECK(facts_of(R"({"apiVersion":"batch/v1","kind":"JobList","items":[{"metadata":{"uid":"u"}}]})") ==
        lines{"workload u Job batch/v1 / rv=0 controller=-"});
}

TEST_CASE("an item's own kind goes before that of its list") {
  CHECK(facts_of(R"({"kind":"PodList","apiVersion":"v1","items":[)" + node_json(uid_c, "", "") + "]}") ==
        lines{fmt::format("node {} n1 / rv=0", uid_c)});
}

TEST_CASE("items without a kind before their list's kind are refused") {
  const auto all =
      decode(R"({"items":[)" + std::string{bare_item} + R"(],"kind":"PodList","apiVersion":"v1"})");
  CHECK(all.error ==
        "byte 10, line 1: a list item has no kind, and the kind of its list does not come before the items");
  CHECK(all.lines.empty());
}

TEST_CASE("items with a kind may come before the kind of their list") {
  CHECK(facts_of(R"({"items":[)" + pod_json(uid_a) + R"(],"kind":"PodList","apiVersion":"v1"})") ==
        lines{pod_line(uid_a)});
}

TEST_CASE("the items of an empty list may be null") {
  const auto all =
      decode(R"({"kind":"PodList","apiVersion":"v1","items":null}{"kind":"PodList","items":[]})");
  CHECK(all.error.empty());
  CHECK(all.lines.empty());
  CHECK(all.counters.lists == 2);
}

TEST_CASE("items that are no array are refused") {
  CHECK(decode(R"({"kind":"PodList","items":{}})").error ==
        "byte 0, line 1: the items of a PodList are not an array");
}

TEST_CASE("members after the items belong to the list") {
  const auto all = decode(R"({"kind":"PodList","apiVersion":"v1","items":[],"metadata":{"uid":5}})");
  CHECK(contains(all.error, "metadata.uid is a number, not a string"));
}

TEST_CASE("a list that changes its kind behind the items is refused") {
  CHECK(
      contains(decode(R"({"kind":"PodList","items":[],"kind":"NodeList"})").error, "a list with two kinds"));
  CHECK(contains(decode(R"({"kind":"PodList","items":[],"items":[]})").error, "two arrays of items"));
}

TEST_CASE("a key that only ends like items is no list") {
  const auto all = decode(
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"uid":"u"},"\"items":[1,2],"items ":[3],"it":"ems"})");
  CHECK(all.error.empty());
  CHECK(all.lines.size() == 1);
  CHECK(all.counters.lists == 0);
}

TEST_CASE("items deep in an object do not make it a list") {
  const auto all = decode(pod_json(uid_a, R"("annotations":{"items":[{"kind":"Pod"}]},"items":[1])"));
  CHECK(all.lines == lines{pod_line(uid_a)});
  CHECK(all.counters.lists == 0);
}

TEST_CASE("a watch event within a list is refused") {
  CHECK(
      contains(decode(R"({"kind":"List","items":[{"type":"ADDED","object":)" + pod_json(uid_a) + "}]}").error,
               "a list item is a watch event"));
}

TEST_CASE("values may follow one another with or without white space") {
  const auto pod = pod_json(uid_a);
  CHECK(facts_of(pod + pod + " \r\n\t" + pod + "\n\n" + pod).size() == 4);
  CHECK(facts_of(R"({"kind":"PodList","items":[]})" + pod + R"({"kind":"PodList","items":[]})").size() == 1);
  CHECK(facts_of("").empty());
  CHECK(facts_of(" \n ").empty());
}
