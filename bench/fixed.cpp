// A small run of always the same facts through the state machine and the encoder, on one thread: for counting
// instructions (scripts/instructions). What is to be counted happens in `count_this`.

#include "bench/benches.hpp"
#include "bench/measure.hpp"
#include "bench/plain_tally.hpp"
#include "bench/synthetic_cluster.hpp"

namespace tallyman::bench {

/// Its name is what valgrind is told to collect at.
__attribute__((noinline)) void count_this(plain_tally& tally, feed all) {
  tally.take(std::move(all));
}

report run_fixed(const bench_options& options) {
  constexpr std::size_t facts_of_each = 30'000;
  cluster_shape shape;
  shape.seed = 1;
  shape.nodes = 200;
  shape.pods = 10'000;
  shape.images = 1'500;
  plain_tally tally{true};
  synthetic_cluster made{shape, *tally.strings};
  tally.take(made.cold_start());
  std::size_t facts = 0;
  for (auto next : {&synthetic_cluster::replacements, &synthetic_cluster::rolling_deployments,
                    &synthetic_cluster::status_updates, &synthetic_cluster::scan_results}) {
    auto piece = (made.*next)(facts_of_each);
    facts += facts_in(piece);
    count_this(tally, std::move(piece));
  }
  auto where = environment_of(options.directory, 1);
  where.sync_mode = "none";
  report done;
  done.add(
      {"fixed",
       "replacements, rollouts, status, scans",
       where,
       {{"facts", static_cast<double>(facts)}, {"sequence", static_cast<double>(tally.state.sequence)}}});
  return done;
}

} // namespace tallyman::bench
