#include "model/contradictions.hpp"
#include "model/feed.hpp"
#include "model/naive_model.hpp"
#include "model/random_cluster.hpp"
#include "model/streams.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

TEST_CASE("over any history the tally is what the plain rules make of it") {
  for (const auto seed : seeds(1'200)) {
    const auto strings = std::make_shared<string_table>();
    cluster_state state{strings, seed};
    random_cluster cluster{seed, *strings};
    naive_model model{*strings};
    for (int step = 0; step < 60; ++step) {
      const auto seen = cluster.next();
      model.take(seen);
      apply(state, admit(state.incoming, seen));
      if (step % 4 != 0)
        continue;
      INFO(repeat_with(seed) << "; after step " << step << ", left the model, right the tally");
      REQUIRE(difference(model.view(), view_of(state)) == "");
    }
  }
}

// Whatever went wrong before, a complete list is the truth of its moment.
TEST_CASE("after complete lists the tally says what an empty journal says after the same lists") {
  for (const auto seed : seeds(2'500)) {
    const auto strings = std::make_shared<string_table>();
    cluster_state state{strings, seed};
    random_cluster cluster{seed, *strings};
    for (int step = 0; step < 80; ++step)
      apply(state, admit(state.incoming, cluster.next()));
    cluster.restart_containers();
    const auto lists = cluster.list_everything();
    cluster_state fresh{strings, seed};
    fresh.workloads.restore_settings(tally_rules::second, state.workloads.followed());
    apply(fresh, admit(fresh.incoming, lists));
    apply(state, admit(state.incoming, lists));
    INFO(repeat_with(seed));
    REQUIRE(contradictions(state, fresh) == "");
    REQUIRE(inconsistencies(state) == "");
    REQUIRE(inconsistencies(fresh) == "");
  }
}
