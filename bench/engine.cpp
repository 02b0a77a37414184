// One cluster through everything: journal on the real disk, registries, one actor an image. Each phase is
// generated ahead in pieces, and only handing a piece in and waiting until it is applied is timed.

#include "bench/bench_cluster.hpp"
#include "bench/synthetic_cluster.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace tallyman::bench {

namespace {

/// Facts generated ahead at a time: 250 MB.
constexpr std::size_t piece_facts = 1'000'000;

struct phase {
  std::string name;
  std::function<feed(synthetic_cluster&)> next;
  bool repeats = true; ///< until its time is over
};

std::vector<phase> phases_of(const bench_options& options) {
  const std::vector<phase> all{
      {"cold-start", [](auto& made) { return made.cold_start(); }, false},
      {"status", [](auto& made) { return made.status_updates(piece_facts); }},
      {"replacements", [](auto& made) { return made.replacements(piece_facts); }},
      {"rolling", [](auto& made) { return made.rolling_deployments(piece_facts); }},
      {"drains", [](auto& made) { return made.drains(piece_facts / 4); }},
      {"autoscaler", [](auto& made) { return made.autoscaler_wave(piece_facts / 2); }},
      {"cron", [](auto& made) { return made.cron_runs(piece_facts / 2); }},
      {"scans", [](auto& made) { return made.scan_results(piece_facts / 10); }},
      {"relist", [](auto& made) { return made.relist(); }, false}};
  std::vector<phase> wanted;
  for (const auto& each : all)
    if (each.name == "cold-start" || options.phases.empty() ||
        std::find(options.phases.begin(), options.phases.end(), each.name) != options.phases.end())
      wanted.push_back(each);
  return wanted;
}

struct engine_run {
  bench_options options;
  std::string directory;
  environment where;
  bench_host host{options.threads};
  std::unique_ptr<cluster> running = host.open(directory, options);
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};
  std::size_t resident_before = resident_bytes();

  report_line measure(const phase& each);
};

report_line engine_run::measure(const phase& each) {
  const auto before = journal_figures(host.disk, directory);
  duration spent;
  std::size_t facts = 0;
  do {
    auto piece = each.next(made);
    facts += facts_in(piece);
    spent += take(*running, std::move(piece));
  } while (each.repeats && spent.wall_s < options.seconds);
  const auto after = journal_figures(host.disk, directory);
  trim_memory();
  const auto resident = static_cast<double>(resident_bytes());
  const auto events = static_cast<double>(after.event_count - before.event_count);
  const auto batches = static_cast<double>(after.batch_count - before.batch_count);
  const auto bytes = static_cast<double>(after.batch_bytes - before.batch_bytes);
  const auto seen = static_cast<double>(facts);
  return {"engine",
          each.name,
          where,
          {{"facts_per_s", seen / spent.wall_s},
           {"events_per_s", events / spent.wall_s},
           {"cpu_ns_per_fact", spent.cpu_s * 1e9 / seen},
           {"cores_busy", spent.cpu_s / spent.wall_s},
           {"bytes_per_event", bytes / std::max(1.0, events)},
           {"events_per_batch", events / std::max(1.0, batches)},
           {"rss_mb", resident / 1e6},
           {"bytes_per_pod", (resident - static_cast<double>(resident_before)) / options.shape.pods}}};
}

} // namespace

report run_engine(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  engine_run run{options, scratch.path() + "/journal", environment_of(options.directory, options.threads)};
  report done;
  for (const auto& each : phases_of(options))
    done.add(run.measure(each));
  must(run.running->close());
  return done;
}

} // namespace tallyman::bench
