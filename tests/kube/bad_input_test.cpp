#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube::testing;

namespace {

std::string error_of(std::string_view text) {
  return decode(text).error;
}

/// The error of a pod whose text is bad, behind a good one that must have been delivered.
std::string error_behind_good(const std::string& bad) {
  const auto all = decode(pod_json(uid_a) + "\n" + bad);
  CHECK(all.lines == lines{pod_line(uid_a)});
  CHECK(all.counters.errors == 1);
  return all.error;
}

} // namespace

TEST_CASE("input that ends within a value is refused, wherever it ends") {
  const auto event =
      R"({"type":"ADDED","object":)" + pod_json(uid_a, R"("a":"\"\\","b":[1,{}],"c":null)") + "}";
  for (std::size_t size = 1; size < event.size(); ++size) {
    const auto all = decode(std::string_view{event}.substr(0, size));
    REQUIRE(all.error == "byte 0, line 1: the input ends within this object");
    REQUIRE(all.lines.empty());
  }
}

TEST_CASE("an error names byte and line, and leaves what came before it") {
  const auto good = pod_json(uid_a);
  CHECK(
      error_behind_good(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","namespace":"n"}})") ==
      fmt::format(
          "byte {}, line 2: Pod n/x has no metadata.uid, without which it cannot be told from a later one of "
          "its name",
          good.size() + 1));
}

TEST_CASE("the place of an error does not depend on how the stream was cut") {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += pod_json(uid_a, R"("annotations":{"x":"y"})") + "\n\n";
  const auto place = text.size();
  text += pod_json("");
  const auto whole = decode(text);
  CHECK(contains(whole.error, fmt::format("byte {}, line 101: Pod shop/cart-1 has no", place)));
  for (const std::size_t size : {1U, 7U, 64U, 1000U}) {
    const auto cut = decode(text, {}, [size] { return size; });
    CHECK(cut.error == whole.error);
    CHECK(cut.lines == whole.lines);
  }
}

TEST_CASE("members of a wrong type are refused by name") {
  CHECK(contains(error_of(R"({"kind":"Pod","metadata":{"name":"x","uid":5}})"),
                 "Pod x: metadata.uid is a number, not a string"));
  CHECK(contains(error_of(R"({"kind":"Pod","metadata":[]})"), "metadata is an array, not an object"));
  CHECK(contains(error_of(R"({"kind":"Pod","metadata":{"ownerReferences":{}}})"),
                 "ownerReferences is an object, not an array"));
  CHECK(contains(error_of(R"({"kind":"Pod","metadata":{"ownerReferences":["x"]}})"),
                 "ownerReferences[] is a string, not an object"));
  CHECK(contains(error_of(R"({"kind":"Pod","metadata":{"ownerReferences":[{"controller":"true"}]}})"),
                 "controller is a string, not a boolean"));
  CHECK(contains(error_of(R"({"kind":7})"), "kind is a number, not a string"));
  CHECK(contains(error_of(pod_json(uid_a, "", R"("containers":{})")),
                 "a list of containers in spec is an object, not an array"));
  CHECK(contains(error_of(pod_json(uid_a, "", R"("containers":[5])")),
                 "a container in spec is a number, not an object"));
  CHECK(contains(error_of(pod_json(uid_a, "", "", R"("phase":true)")),
                 "status.phase is a boolean, not a string"));
  CHECK(contains(error_of(pod_json(uid_a, "", "", R"("containerStatuses":"")")),
                 "container statuses is a string, not an array"));
  CHECK(contains(error_of(node_json(uid_c, "", R"("nodeInfo":[])")),
                 "status.nodeInfo is an array, not an object"));
}

TEST_CASE("an object without kind is refused") {
  CHECK(contains(error_of("{}"), "an object without kind"));
  CHECK(contains(error_of(R"({"kind":null,"metadata":{}})"), "an object without kind"));
  CHECK(contains(error_of(R"({"type":"ADDED","object":{}})"), "an object without kind"));
}

TEST_CASE("a node without name is refused") {
  CHECK(contains(error_of(R"({"kind":"Node","metadata":{"uid":"n-1"}})"), "has no metadata.name"));
}

TEST_CASE("a controller reference without uid is refused") {
  CHECK(contains(error_of(pod_json(uid_a, R"("ownerReferences":[{"kind":"Job","controller":true}])")),
                 "Pod shop/cart-1 has a controller reference without uid"));
}

TEST_CASE("a bookmark that marks nothing is refused") {
  CHECK(contains(error_of(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{}}})"),
                 "a bookmark without"));
}

TEST_CASE("what is not a Kubernetes object at the top level is refused with a hint") {
  CHECK(contains(error_behind_good("5"), "found a number"));
  CHECK(contains(error_behind_good("[{}]"), "found an array"));
  CHECK(contains(error_behind_good(R"("text")"), "found a string"));
  CHECK(contains(error_behind_good("null"), "not JSON"));
  CHECK(contains(error_behind_good(","), "not JSON"));
  CHECK(contains(error_behind_good("apiVersion: v1\nkind: Pod\n"), "-o json"));
  CHECK(contains(error_behind_good("\xEF\xBB\xBF{}"), "byte-order mark"));
  CHECK(contains(error_behind_good("\xFF\xFE{"), "UTF-16"));
  CHECK(contains(error_behind_good("\x1F\x8B\x08"), "decompress"));
  CHECK(contains(error_behind_good(std::string(1, '\0')), "a NUL byte"));
  CHECK(contains(error_behind_good("\x80\x81"), "binary data"));
}

TEST_CASE("text that is not JSON within an object is refused") {
  CHECK(contains(error_behind_good(R"({kind:"Pod"})"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind" "Pod"})"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind":})"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind":"Pod"])"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind":"Pod","metadata":{"uid":"a"]})"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind":"Pod","metadata":{"uid":"a" "b"}})"), "this is not JSON"));
  CHECK(contains(error_behind_good("{\"kind\":\"P\nod\"}"), "this is not JSON"));
  CHECK(contains(error_behind_good("{\"kind\":\"P\xC0\xAFod\"}"), "this is not JSON"));
  CHECK(
      contains(error_behind_good("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"\xFF\"}}"), "this is not JSON"));
  CHECK(contains(error_behind_good(R"({"kind":"\ud800"})"), "this is not JSON"));
  CHECK(
      contains(error_behind_good(R"({"kind":"PodList","items":[5]})"), "a list item that is not an object"));
}

TEST_CASE("an error does not repeat control characters of the input") {
  const auto error = error_of(R"({"kind":"Pod","metadata":{"name":"a\nb\u001b[2J"}})");
  CHECK(contains(error, "Pod a b [2J has no metadata.uid"));
}

TEST_CASE("a decoder that failed stays failed") {
  tallyman::string_table table;
  tallyman::interner strings{table};
  tallyman::kube::json_decoder decoder{strings};
  const auto first = decoder.feed("5");
  REQUIRE(!first);
  const auto second = decoder.feed(pod_json(uid_a));
  REQUIRE(!second);
  CHECK(second.failure().what == first.failure().what);
  CHECK(!decoder.finish());
  CHECK(decoder.take().batch.facts.empty());
}
