// Recovery of a full cluster with a history of replacements: by replay of everything, and from a snapshot;
// against a plain read of the same files. The files are dropped from the page cache before each. What opens
// the journal is a process of its own, so its memory is that of a cluster that was recovered and nothing
// else.

#include "bench/bench_cluster.hpp"
#include "bench/child.hpp"
#include "bench/plain_read.hpp"
#include "bench/synthetic_cluster.hpp"
#include "replay/snapshots.hpp"

#include <fmt/format.h>

namespace tallyman::bench {

namespace {

constexpr std::size_t piece_facts = 1'000'000;
constexpr std::size_t facts_after_snapshot = 100'000;

/// Facts in a history that takes about `options.seconds` to replay at the rate that is aimed at.
std::size_t history_facts(const bench_options& options) {
  return static_cast<std::size_t>(options.seconds * 2'000'000);
}

void write_history(const bench_options& options, bench_host& host, const std::string& journal) {
  const auto running = host.open(journal, options);
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};
  submit_all(*running, made.cold_start());
  for (std::size_t facts = 0; facts < history_facts(options); facts += piece_facts)
    submit_all(*running, made.replacements(std::min(piece_facts, history_facts(options))));
  must(running->close());
}

/// Replacements of pods that are not there: what comes after a snapshot matters, not whose it is.
void write_snapshot_and_more(const bench_options& options, bench_host& host, const std::string& journal) {
  const auto running = host.open(journal, options, false);
  must(running->snapshot());
  auto shape = options.shape;
  shape.seed += 1;
  synthetic_cluster made{shape, running->strings(), journal_strings_of(*running)};
  submit_all(*running, made.replacements(facts_after_snapshot));
  must(running->close());
}

report_line open_in_child(const bench_options& options, const std::string& journal, const char* what,
                          bool ignore_snapshots) {
  forget_files(journal);
  std::vector<std::string> arguments{"open",
                                     "--dir",
                                     journal,
                                     "--threads",
                                     std::to_string(options.threads),
                                     "--flow-mb",
                                     std::to_string(options.flow_mb)};
  if (ignore_snapshots)
    arguments.emplace_back("--ignore-snapshots");
  auto line = run_child_line(arguments);
  line.bench = "recovery";
  line.what = what;
  return line;
}

} // namespace

report run_open(const bench_options& options) {
  bench_host host{options.threads};
  const stopwatch since;
  cluster_options wanted;
  wanted.read_only = !options.for_writing;
  wanted.ignore_snapshots = options.ignore_snapshots;
  wanted.flow_bytes_max = options.flow_mb << 20;
  const auto running = must(cluster::open(host.actors, host.disk, options.directory, wanted));
  const auto spent = since.elapsed();
  const auto resident = resident_bytes();
  trim_memory();
  const auto info = running->journal_info();
  const auto from = options.ignore_snapshots ? 0 : info.snapshot_sequence;
  const auto events = static_cast<double>(info.last_sequence - from);
  report done;
  done.add({"open",
            options.directory,
            environment_of(options.directory, options.threads),
            {{"seconds", spent.wall_s},
             {"events", events},
             {"events_per_s", events / spent.wall_s},
             {"cpu_ns_per_event", spent.cpu_s * 1e9 / std::max(1.0, events)},
             {"rss_mb", static_cast<double>(resident) / 1e6},
             {"rss_trimmed_mb", static_cast<double>(resident_bytes()) / 1e6},
             {"rss_peak_mb", static_cast<double>(resident_bytes_max()) / 1e6}}});
  return done;
}

report run_recovery(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  const auto journal = scratch.path() + "/journal";
  bench_host host{options.threads};
  write_history(options, host, journal);
  report done;
  forget_files(journal);
  const auto read = read_files(journal + "/segments");
  done.add({"recovery",
            "plain read of the segments",
            environment_of(options.directory, options.threads),
            {{"seconds", read.spent.wall_s},
             {"mb", static_cast<double>(read.bytes) / 1e6},
             {"mb_per_s", static_cast<double>(read.bytes) / 1e6 / read.spent.wall_s}}});
  done.add(open_in_child(options, journal, "replay", true));
  write_snapshot_and_more(options, host, journal);
  done.add(open_in_child(options, journal, "snapshot and replay", false));
  return done;
}

} // namespace tallyman::bench
