#include "bench/command_line.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <string>
#include <vector>

namespace tallyman::bench {

void add_options(CLI::App& bench, bench_options& into) {
  auto& shape = into.shape;
  bench.add_option("--dir", into.directory, "Where to write; decides which disk is measured")
      ->check(CLI::ExistingDirectory);
  bench.add_option("--seconds", into.seconds, "Measured time for each line")->check(CLI::Range(0.1, 3'600.0));
  bench.add_option("--threads", into.threads, "Scheduler workers, and cores that may be used")
      ->check(CLI::Range(1, 1'024));
  bench.add_option("--seed", shape.seed, "Seed of the synthetic cluster");
  bench.add_option("--nodes", shape.nodes)->check(CLI::Range(4, 60'000));
  bench.add_option("--pods", shape.pods)->check(CLI::Range(100, 2'000'000));
  bench.add_option("--images", shape.images)->check(CLI::Range(3, 1'000'000));
  bench.add_option("--workloads", shape.workloads, "0: enough of them that each image has an owner");
  bench.add_option("--zipf", shape.zipf_exponent, "Exponent of Zipf's law; 0: all alike")
      ->check(CLI::Range(0.0, 3.0));
  bench.add_option("--batch", shape.batch_facts, "Facts in one submission")->check(CLI::Range(1, 1'000'000));
  bench.add_option("--clusters", into.clusters, "Clusters of the hub")->check(CLI::Range(1, 4'096));
  bench.add_option("--rate", into.rate, "Facts a second that arrive (latency, snapshot)")
      ->check(CLI::Range(1, 10'000'000));
  bench.add_option("--arrival", into.arrival_facts, "Facts that arrive at once (latency, snapshot)")
      ->check(CLI::Range(1, 100'000));
  bench.add_option(
      "--phases", into.phases,
      "Of the engine, after cold-start: status replacements rolling drains autoscaler cron scans relist");
  bench.add_option("--flow-mb", into.flow_mb, "Bound of the facts under way")->check(CLI::Range(1, 4'096));
  bench.add_option("--snapshot-every", into.snapshot_every, "Facts between two snapshots; 0: none");
  bench
      .add_option("--events", into.events,
                  "Events in the journal (make-journal, past), or after its snapshot (killed)")
      ->check(CLI::Range(1'000, 1'000'000'000));
  bench.add_flag("--ignore-snapshots", into.ignore_snapshots, "Rebuild from the first event (open)");
  bench.add_flag("--for-writing", into.for_writing,
                 "As a restart does, which may mend the journal's end (open)");
  bench.add_flag("--short", into.short_form, "A small cluster for a short time (all)");
  bench.add_option("--rounds", into.rounds, "Runs of which the median is taken (summary)")
      ->check(CLI::Range(1, 100));
  bench.add_option("--json", into.json, "File for the figures");
  bench.add_flag("--quiet", into.quiet, "Print no table");
}

} // namespace tallyman::bench
