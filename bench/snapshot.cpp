// Snapshots of a full cluster: how long one takes to be written and loaded, and what snapshots and questions
// do to the latency of facts that arrive meanwhile.

#include "bench/bench_cluster.hpp"
#include "bench/open_loop.hpp"
#include "replay/snapshots.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace tallyman::bench {

namespace {

struct snapshot_run {
  bench_options options;
  std::string journal;
  environment where;
  bench_host host{options.threads};
  std::unique_ptr<cluster> running = host.open(journal, options);
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};

  report_line beside(const char* what, const std::function<void()>& other_work);
  report_line writing();
  report_line loading();
};

/// The latency of arrivals while `other_work` is done over and over; empty: nothing else.
report_line snapshot_run::beside(const char* what, const std::function<void()>& other_work) {
  auto arrivals = arrivals_for(options, made, options.seconds);
  latency_histogram latencies;
  std::atomic<bool> over{false};
  std::size_t times = 0;
  std::thread other{[&] {
    for (; other_work && !over; ++times)
      other_work();
  }};
  open_loop{*running, interval_ns_of(options)}.run(std::move(arrivals), latencies);
  over = true;
  other.join();
  report_line line{"snapshot", what, where, figures_of(latencies)};
  line.figures.push_back({"times", static_cast<double>(times)});
  return line;
}

report_line snapshot_run::writing() {
  const stopwatch since;
  must(running->snapshot());
  const auto spent = since.elapsed();
  return {
      "snapshot",
      "written",
      where,
      {{"seconds", spent.wall_s},
       {"cpu_seconds", spent.cpu_s},
       {"mb", static_cast<double>(bytes_on_disk(journal + "/snapshots")) / 1e6},
       {"bytes_per_pod", static_cast<double>(bytes_on_disk(journal + "/snapshots")) / options.shape.pods}}};
}

/// Decoded and checked, up to a state that can be asked; without the actors that it is spread over.
report_line snapshot_run::loading() {
  journal::log_options wanted;
  wanted.read_only = true;
  const auto log = must(journal::log::open(host.disk, journal, wanted));
  const auto bytes = static_cast<double>(bytes_on_disk(journal + "/snapshots"));
  const stopwatch since;
  const auto loaded = must(load_snapshot(*log));
  const auto spent = since.elapsed();
  return {"snapshot",
          "loaded",
          where,
          {{"seconds", spent.wall_s},
           {"cpu_seconds", spent.cpu_s},
           {"mb", bytes / 1e6},
           {"bytes_per_pod", bytes / static_cast<double>(loaded->placed.pods().size())}}};
}

} // namespace

report run_snapshot(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  snapshot_run run{options, scratch.path() + "/journal", environment_of(options.directory, options.threads)};
  take(*run.running, run.made.cold_start());
  report done;
  done.add(run.writing());
  done.add(run.loading());
  done.add(run.beside("arrivals undisturbed", {}));
  done.add(run.beside("arrivals beside snapshots", [&] { must(run.running->snapshot()); }));
  done.add(run.beside("arrivals beside questions", [&] { must(run.running->view()); }));
  must(run.running->close());
  return done;
}

} // namespace tallyman::bench
