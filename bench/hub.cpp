// Many clusters in one process: one actor system, one journal each. Replacements go round the clusters, one
// submission each; all of them are generated ahead.

#include "bench/bench_cluster.hpp"
#include "bench/synthetic_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace tallyman::bench {

namespace {

/// Facts generated ahead at a time, over all clusters.
constexpr std::size_t piece_facts = 2'000'000;

cluster_shape share_of(const bench_options& options, unsigned index) {
  auto share = options.shape;
  share.seed += index;
  share.pods = std::max(100u, share.pods / options.clusters);
  share.images = std::max(20u, share.images / options.clusters);
  share.nodes = std::max(4u, share.nodes / options.clusters);
  return share;
}

struct member {
  std::string directory;
  std::unique_ptr<cluster> running;
  std::unique_ptr<synthetic_cluster> made;
  feed piece;
};

std::vector<member> open_members(const bench_options& options, const std::string& scratch, bench_host& host) {
  std::vector<member> members(options.clusters);
  for (unsigned i = 0; i < options.clusters; ++i) {
    auto& each = members[i];
    each.directory = fmt::format("{}/{}", scratch, i);
    each.running = host.open(each.directory, options);
    each.made = std::make_unique<synthetic_cluster>(share_of(options, i), each.running->strings(),
                                                    journal_strings_of(*each.running));
    take(*each.running, each.made->cold_start());
  }
  return members;
}

duration take_round(std::vector<member>& members) {
  const stopwatch since;
  for (std::size_t i = 0, handed_in = 1; handed_in > 0; ++i) {
    handed_in = 0;
    for (auto& each : members)
      if (i < each.piece.size()) {
        must(each.running->submit(std::move(each.piece[i])));
        ++handed_in;
      }
  }
  for (auto& each : members)
    must(each.running->drain());
  return since.elapsed();
}

journal::journal_stat sum_of(std::vector<member>& members, journal::storage& disk) {
  journal::journal_stat sum;
  for (const auto& each : members) {
    const auto one = journal_figures(disk, each.directory);
    sum.batch_count += one.batch_count;
    sum.batch_bytes += one.batch_bytes;
    sum.event_count += one.event_count;
  }
  return sum;
}

} // namespace

report run_hub(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  bench_host host{options.threads};
  auto members = open_members(options, scratch.path(), host);
  const auto before = sum_of(members, host.disk);
  duration spent;
  while (spent.wall_s < options.seconds) {
    for (auto& each : members)
      each.piece = each.made->replacements(piece_facts / options.clusters);
    spent += take_round(members);
  }
  const auto after = sum_of(members, host.disk);
  for (auto& each : members)
    must(each.running->close());
  const auto events = static_cast<double>(after.event_count - before.event_count);
  report done;
  done.add({"hub",
            fmt::format("{} clusters of {} pods", options.clusters, members.front().made->live_pods()),
            environment_of(options.directory, options.threads),
            {{"events_per_s", events / spent.wall_s},
             {"cpu_ns_per_event", spent.cpu_s * 1e9 / events},
             {"cores_busy", spent.cpu_s / spent.wall_s},
             {"bytes_per_event", static_cast<double>(after.batch_bytes - before.batch_bytes) / events},
             {"events_per_batch", events / static_cast<double>(after.batch_count - before.batch_count)},
             {"rss_peak_mb", static_cast<double>(resident_bytes_max()) / 1e6}}});
  return done;
}

} // namespace tallyman::bench
