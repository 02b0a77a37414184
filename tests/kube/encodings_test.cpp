#include "kube/protobuf_support.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

using namespace tallyman::kube;
using namespace tallyman::kube::testing;

namespace {

struct recorded_kinds {
  std::string_view recording;
  std::vector<std::string_view> kinds;
};

const std::array<recorded_kinds, 2> watched{
    {{rollouts_1_20, {"pods", "nodes", "replicasets", "deployments", "jobs", "cronjobs"}},
     {rollouts_1_32,
      {"pods", "nodes", "replicasets", "deployments", "jobs", "cronjobs", "daemonsets", "statefulsets",
       "replicationcontrollers"}}}};

/// What is made of a stream that begins with all objects of its kind.
template <class Decoder, class... Framing>
lines streamed(const std::string& bytes, Framing... framing) {
  tallyman::string_table table;
  tallyman::interner strings{table};
  fact_collector into{strings, true};
  into.expect_initial_events();
  Decoder decoder{into, framing...};
  REQUIRE(decoder.feed(bytes).ok());
  REQUIRE(decoder.finish().ok());
  REQUIRE(into.take_page()->whole);
  return render(into.take(), table);
}

} // namespace

TEST_CASE("the same watch in JSON and in protobuf gives the same observations") {
  for (const auto& [recording, kinds] : watched)
    for (const auto kind : kinds) {
      INFO(kind << " of " << recording);
      const auto json = decode(read_data(fmt::format("watch/{}.watch.ndjson", kind), recording));
      const auto protobuf =
          decode_protobuf(read_data(fmt::format("watch/{}.watch.k8spb", kind), recording), framing::watch);
      REQUIRE(json.error.empty());
      REQUIRE(protobuf.error.empty());
      REQUIRE_FALSE(protobuf.lines.empty());
      REQUIRE(protobuf.lines == json.lines);
      REQUIRE(protobuf.instances == json.instances);
      REQUIRE(protobuf.counters.watch_events == json.counters.watch_events);
      REQUIRE(protobuf.counters.bookmarks == json.counters.bookmarks);
    }
}

TEST_CASE("the same list in JSON and in protobuf gives the same observations") {
  for (const auto kind : watched[1].kinds) {
    INFO(kind);
    const auto json = decode(read_data(fmt::format("watch/{}.list.json", kind), rollouts_1_32), complete());
    const auto protobuf = decode_protobuf(read_data(fmt::format("watch/{}.list.k8spb", kind), rollouts_1_32),
                                          framing::object, complete());
    REQUIRE(json.error.empty());
    REQUIRE(protobuf.error.empty());
    REQUIRE(json.lines.size() >= 2);
    REQUIRE(protobuf.lines == json.lines);
  }
}

TEST_CASE("the same streamed list in JSON and in protobuf is the list that the server gives") {
  for (const std::string kind : {"pods", "nodes"}) {
    INFO(kind);
    auto json = streamed<json_decoder>(read_data("streamed-list/" + kind + ".ndjson", rollouts_1_32));
    auto protobuf = streamed<protobuf_decoder>(read_data("streamed-list/" + kind + ".k8spb", rollouts_1_32),
                                               framing::watch);
    auto list = facts_of(read_data("final/" + kind + ".json", rollouts_1_32), complete());
    // They were asked for one after the other, so that their resourceVersions differ, and a cache may give
    // its objects in another order.
    for (auto* all : {&json, &protobuf, &list}) {
      REQUIRE(all->size() > 4);
      REQUIRE(contains(all->back(), "synced "));
      all->pop_back();
      std::sort(all->begin(), all->end());
    }
    REQUIRE(json == list);
    REQUIRE(protobuf == list);
  }
}
