// What the removal of one pod costs among few images and among many, all else equal: pods, workloads,
// containers. Once for the state machine alone and once through journal and actors; few and many in turn.

#include "bench/bench_cluster.hpp"
#include "bench/plain_tally.hpp"
#include "bench/synthetic_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tallyman::bench {

namespace {

constexpr std::array<std::uint32_t, 2> image_counts{1'000, 100'000};
constexpr unsigned turns = 3;

cluster_shape shape_with(const bench_options& options, std::uint32_t images) {
  auto shape = options.shape;
  shape.images = images;
  shape.workloads = image_counts.back() + image_counts.back() / 4;
  return shape;
}

/// CPU time in nanoseconds.
double removal_in_state_machine(const bench_options& options, std::uint32_t images) {
  plain_tally tally;
  synthetic_cluster made{shape_with(options, images), *tally.strings};
  tally.take(made.cold_start());
  auto removals = made.removals(options.shape.pods / 2);
  const auto count = static_cast<double>(facts_in(removals));
  const stopwatch since;
  tally.take(std::move(removals));
  return since.elapsed().cpu_s * 1e9 / count;
}

double removal_in_engine(const bench_options& options, std::uint32_t images) {
  const scratch_directory scratch{options.directory};
  bench_host host{options.threads};
  const auto running = host.open(scratch.path() + "/journal", options);
  synthetic_cluster made{shape_with(options, images), running->strings(), journal_strings_of(*running)};
  take(*running, made.cold_start());
  auto removals = made.removals(options.shape.pods / 2);
  const auto count = static_cast<double>(facts_in(removals));
  const auto spent = take(*running, std::move(removals));
  must(running->close());
  return spent.cpu_s * 1e9 / count;
}

using measurement = double (*)(const bench_options&, std::uint32_t images);

report_line measure(const bench_options& options, const char* what, measurement one) {
  std::array<std::vector<double>, 2> costs;
  for (unsigned turn = 0; turn < turns; ++turn)
    for (std::size_t i = 0; i < image_counts.size(); ++i)
      costs[i].push_back(one(options, image_counts[i]));
  const auto few = median(costs[0]), many = median(costs[1]);
  return {"removal",
          what,
          environment_of(options.directory, options.threads),
          {{"cpu_ns_among_1k", few}, {"cpu_ns_among_100k", many}, {"ratio", many / few}}};
}

} // namespace

report run_removal(const bench_options& options) {
  report done;
  auto alone = measure(options, "state machine", removal_in_state_machine);
  alone.where.sync_mode = "none";
  done.add(std::move(alone));
  done.add(measure(options, "journal and actors", removal_in_engine));
  return done;
}

} // namespace tallyman::bench
