// The state machine alone: one thread, no actors. What no arrangement of actors can go below in CPU; with
// more than one thread, above in events a second. The second line adds what is written to the journal,
// encoded and thrown away.

#include "actors/fact_sequencer.hpp"
#include "bench/benches.hpp"
#include "bench/measure.hpp"
#include "bench/plain_tally.hpp"
#include "bench/synthetic_cluster.hpp"
#include "replay/fact_journal.hpp"

namespace tallyman::bench {

namespace {

constexpr std::size_t piece_facts = 1'000'000;

report_line measure(const bench_options& options, bool encoded) {
  plain_tally tally{encoded};
  synthetic_cluster made{options.shape, *tally.strings};
  tally.take(made.cold_start());
  duration spent;
  std::size_t facts = 0;
  do {
    auto piece = made.replacements(piece_facts);
    facts += facts_in(piece);
    const stopwatch since;
    tally.take(std::move(piece));
    spent += since.elapsed();
  } while (spent.wall_s < options.seconds);
  auto where = environment_of(options.directory, 1);
  where.sync_mode = "none";
  const auto seen = static_cast<double>(facts);
  return {"state-machine",
          encoded ? "replacements, encoded" : "replacements",
          where,
          {{"events_per_s", seen / spent.wall_s}, {"cpu_ns_per_event", spent.cpu_s * 1e9 / seen}}};
}

} // namespace

report run_state_machine(const bench_options& options) {
  report done;
  for (const auto encoded : {false, true})
    done.add(measure(options, encoded));
  return done;
}

} // namespace tallyman::bench
