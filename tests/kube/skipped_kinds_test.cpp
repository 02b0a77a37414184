#include "kube/protobuf_support.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tallyman::kube::testing;
using tallyman::kube::json_decoder_options;

namespace {

std::string repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all.append(i == 0 ? "" : ",").append(text);
  return all;
}

/// ConfigMaps, in all orders of keys, that hold what no followed kind may.
lines odd_config_maps() {
  const std::string kind = R"("kind":"ConfigMap","apiVersion":"v1")";
  const auto long_text = std::string(5000, 'x');
  lines members{
      R"("metadata":{"name":"m","ownerReferences":[)" + repeated(R"({"kind":"Pod","uid":"u"})", 1200) + "]}",
      R"("metadata":{"ownerReferences":[{"controller":true}]})",
      R"("metadata":{"name":")" + long_text + R"(","namespace":")" + long_text + "\"}",
      R"("metadata":"none")",
      R"("metadata":{"name":5,"ownerReferences":{"controller":1}})",
      R"("metadata":null)",
      R"("spec":[{"containers":true}])",
      R"("status":7,"message":{},"reason":[])",
      R"("items":{"a":1})",
      R"("items":null)",
  };
  lines all;
  for (const auto& member : members) {
    all.push_back("{" + kind + "," + member + "}");
    all.push_back("{" + member + "," + kind + "}");
  }
  return all;
}

} // namespace

TEST_CASE("an object of a kind that is skipped is never a reason to stop, whatever it holds") {
  for (const auto& odd : odd_config_maps()) {
    INFO(odd.substr(0, 200));
    const lines around{R"({"kind":"List","apiVersion":"v1","items":[)" + odd + "," + pod_json(uid_a) + "]}",
                       odd + "\n" + pod_json(uid_a),
                       R"({"type":"ADDED","object":)" + odd + "}\n" + pod_json(uid_a),
                       R"({"object":)" + odd + R"(,"type":"DELETED"})" + pod_json(uid_a)};
    for (const auto& text : around) {
      const auto all = decode(text);
      REQUIRE(all.error.empty());
      REQUIRE(all.lines == lines{pod_line(uid_a)});
      REQUIRE(all.counters.kinds.at("ConfigMap").skipped == 1);
      REQUIRE(all.warnings.empty());
    }
  }
}

TEST_CASE("an odd object that is skipped does not spoil the list that it is in") {
  json_decoder_options complete;
  complete.lists_are_complete = true;
  for (const auto& odd : odd_config_maps()) {
    INFO(odd.substr(0, 200));
    REQUIRE(facts_of(R"({"kind":"List","apiVersion":"v1","items":[)" + odd + "," + pod_json(uid_a) + "]}",
                     complete) == lines{"begin Pod", pod_line(uid_a), "synced Pod items=1 rv="});
  }
}

TEST_CASE("an odd object of a kind that is followed, or that may be a list, is bad input") {
  CHECK(contains(decode(R"({"metadata":5,"kind":"Pod","apiVersion":"v1"})").error, "metadata is a number"));
  CHECK(contains(decode(R"({"kind":"Deployment","metadata":5,"apiVersion":"apps/v1"})").error,
                 "metadata is a number"));
  CHECK(contains(decode(R"({"metadata":5})").error, "metadata is a number"));
  CHECK(contains(decode(R"({"kind":5,"apiVersion":"v1"})").error, "kind is a number"));
  // What the metadata would have said of pages to come is not known.
  json_decoder_options complete;
  complete.lists_are_complete = true;
  for (const auto* list : {R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":5},"items":[]})",
                           R"({"kind":"List","apiVersion":"v1","items":[],"metadata":5})",
                           R"({"kind":"PodList","apiVersion":"v1","metadata":5,"items":null})"}) {
    const auto all = decode(list, complete);
    CHECK_FALSE(all.error.empty());
    CHECK(all.lines.empty());
  }
  CHECK(contains(decode(R"({"kind":"ConfigMap","metadata":{"name":"a)").error, "the input ends within"));
  CHECK(contains(decode(R"({"kind":"ConfigMap","metadata":{"name":@}})").error, "this is not JSON"));
}

TEST_CASE("what is no protobuf in an object that is skipped is not looked at") {
  const auto odd = in_frame("ADDED", in_envelope("ConfigMap", "v1", std::string(100, '\xff')));
  const auto all = decode_protobuf(odd, framing::watch);
  CHECK(all.error.empty());
  CHECK(all.counters.kinds.at("ConfigMap").skipped == 1);
}

TEST_CASE("metadata-only lists and tables of pods are no pods") {
  json_decoder_options complete;
  complete.lists_are_complete = true;
  const auto all = decode(
      R"({"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"9"},"items":[)"
      R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","uid":"u"}}]})"
      R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":["a"],"object":{"kind":"Pod"}}]})",
      complete);
  CHECK(all.error.empty());
  CHECK(all.lines.empty());
  CHECK(all.counters.kinds.at("PartialObjectMetadata.meta.k8s.io").skipped == 1);
  CHECK(all.counters.kinds.at("Table.meta.k8s.io").skipped == 1);
}

TEST_CASE("a failure of the API that is told at length is still told") {
  const auto all = decode(R"({"kind":"Status","apiVersion":"v1","reason":"Expired","message":")" +
                          std::string(5000, 'x') + "\"}");
  CHECK(all.error.empty());
  REQUIRE(all.warnings.size() == 1);
  CHECK(contains(all.warnings[0], "the API server reported: xxx"));
  CHECK(all.warnings[0].size() < 600);
}
