// The time from arrival to durable-and-applied while facts arrive at a fixed rate in small submissions, on a
// cluster that has started. What arrives is generated ahead.

#include "bench/bench_cluster.hpp"
#include "bench/open_loop.hpp"

#include <fmt/format.h>

namespace tallyman::bench {

report run_latency(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  bench_host host{options.threads};
  const auto running = host.open(scratch.path() + "/journal", options);
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};
  take(*running, made.cold_start());
  auto arrivals = arrivals_for(options, made, options.seconds);
  latency_histogram latencies;
  const stopwatch since;
  const auto facts = static_cast<double>(facts_in(arrivals));
  open_loop{*running, interval_ns_of(options)}.run(std::move(arrivals), latencies);
  const auto spent = since.elapsed();
  must(running->close());
  report_line line{"latency", fmt::format("{} facts/s, {} at once", options.rate, options.arrival_facts),
                   environment_of(options.directory, options.threads), figures_of(latencies)};
  line.figures.push_back({"facts_per_s", facts / spent.wall_s});
  line.figures.push_back({"cpu_ns_per_fact", spent.cpu_s * 1e9 / facts});
  report done;
  done.add(std::move(line));
  return done;
}

} // namespace tallyman::bench
