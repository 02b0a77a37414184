#include "cli/recording.hpp"
#include "cli/small_cluster.hpp"
#include "tally/snapshot/digest.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>

using namespace tallyman;
using namespace tallyman::cli;
using namespace tallyman::cli::testing;

namespace {

const std::array<std::string, 6> kinds{"cronjobs", "deployments", "jobs", "nodes", "pods", "replicasets"};

observations decode(const std::string& kind, string_table& strings) {
  interner ids{strings};
  kube::json_decoder decoder{ids};
  REQUIRE(decoder.feed(read_file(recording("watch/" + kind + ".list.json"))).ok());
  REQUIRE(decoder.feed(read_file(recording("watch/" + kind + ".watch.ndjson"))).ok());
  REQUIRE(decoder.finish().ok());
  return decoder.take();
}

} // namespace

TEST_CASE(
    "pods, nodes and workloads give the same inventory kind after kind, in all 720 orders of six kinds") {
  const auto strings = std::make_shared<string_table>();
  std::map<std::string, observations> by_kind;
  for (const auto& kind : kinds)
    by_kind.emplace(kind, decode(kind, *strings));
  auto order = kinds;
  do {
    small_cluster cluster{strings};
    std::string named;
    for (const auto& kind : order) {
      cluster.take(by_kind.at(kind));
      named += kind + ' ';
    }
    INFO("order: " << named);
    REQUIRE(essence_of(cluster.inventory()) == expected_essence());
  } while (std::next_permutation(order.begin(), order.end()));
}
