// Questions about the past, asked of a journal that `make-journal` wrote: a full cluster, a week of its life,
// ten million events, a snapshot every million. Files are dropped from the page cache before each question.

#include "bench/bench_cluster.hpp"
#include "bench/plain_read.hpp"
#include "bench/synthetic_cluster.hpp"
#include "replay/history.hpp"
#include "replay/snapshots.hpp"
#include "tally/history/image_search.hpp"
#include "tally/history/owner_search.hpp"
#include "tally/snapshot/state_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace tallyman::bench {

namespace {

constexpr std::size_t piece_facts = 200'000;
constexpr std::int64_t life_ms = 7ll * 24 * 60 * 60 * 1'000;
constexpr std::int64_t began_at_ms = 1'790'000'000'000;

std::string journal_of(const bench_options& options) {
  return options.directory + "/journal";
}

/// The clock of a cluster that lives its events in a week, whatever they take to be written.
fact_sequencer::clock week_long_clock(const bench_options& options) {
  const auto submissions = std::max<std::uint64_t>(1, options.events / options.shape.batch_facts);
  return [now = began_at_ms, step = life_ms / static_cast<std::int64_t>(submissions)]() mutable {
    return now += step;
  };
}

/// One piece of a life in turn: mostly replacements and roll-outs, with CronJobs, drains and scans between.
feed piece_of_life(synthetic_cluster& made, std::size_t turn) {
  switch (turn % 10) {
  case 2:
  case 6:
    return made.cron_runs(piece_facts);
  case 4:
    return made.drains(piece_facts);
  case 8:
    return made.scan_results(piece_facts / 4);
  case 1:
  case 3:
  case 7:
    return made.rolling_deployments(piece_facts);
  default:
    return made.replacements(piece_facts);
  }
}

struct question {
  std::string what;
  std::function<std::size_t(const journal::log&)> ask; ///< returns how many lines the answer has
};

std::size_t tell(const journal::log& log, history_search&& search) {
  return must(tell_history(log, search, 1, log.info().last_sequence)).entries.size();
}

std::vector<question> questions(const bench_options& options, std::uint64_t snapshot_every) {
  const auto images_at = [](std::uint64_t sequence) {
    return [sequence](const journal::log& log) {
      return owned_images_of(must(state_at(log, sequence, {.without_intake = true}))).size();
    };
  };
  const auto image = [](std::uint32_t index) {
    return [index](const journal::log& log) {
      return tell(log, image_search{fmt::format("registry.example.com/team-{}/service-{}:v1.{}.0",
                                                index % 500, index, index % 40)});
    };
  };
  // The worst moment is the one before a snapshot: everything since the one before it has to be applied.
  const auto worst = options.events / 2 / snapshot_every * snapshot_every - 1;
  return {{fmt::format("images after event {}", worst), images_at(worst)},
          {"history of an image", image(options.shape.images / 2)},
          {"history of the most used image but the sidecars", image(2)},
          {"history of a Deployment",
           [](const journal::log& log) {
             return tell(log, owner_search{{"Deployment", "team-300", "service-1300"}});
           }},
          {"history of the image in four of five pods", image(0)}};
}

} // namespace

report run_make_journal(const bench_options& options) {
  const auto journal = journal_of(options);
  if (std::filesystem::exists(journal))
    throw bench_failure{journal + " is there already; remove it, or give another --dir"};
  bench_host host{options.threads};
  cluster_options wanted;
  wanted.create = true;
  wanted.now = week_long_clock(options);
  wanted.snapshot_every = options.snapshot_every != 0 ? options.snapshot_every : 1'000'000;
  wanted.flow_bytes_max = options.flow_mb << 20;
  const stopwatch since;
  const auto running = must(cluster::open(host.actors, host.disk, journal, wanted));
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};
  submit_all(*running, made.cold_start());
  for (std::size_t turn = 0; running->journal_info().last_sequence < options.events; ++turn)
    take(*running, piece_of_life(made, turn));
  const auto events = running->journal_info().last_sequence;
  must(running->close());
  report done;
  done.add({"make-journal",
            journal,
            environment_of(options.directory, options.threads),
            {{"seconds", since.elapsed().wall_s},
             {"events", static_cast<double>(events)},
             {"segments_mb", static_cast<double>(bytes_on_disk(journal + "/segments")) / 1e6},
             {"snapshots_mb", static_cast<double>(bytes_on_disk(journal + "/snapshots")) / 1e6}}});
  return done;
}

report run_past(const bench_options& options) {
  use_cores(options.threads);
  const auto journal = journal_of(options);
  const auto snapshot_every = options.snapshot_every != 0 ? options.snapshot_every : 1'000'000;
  report done;
  for (const auto& each : questions(options, snapshot_every)) {
    forget_files(journal);
    const stopwatch since;
    journal::disk_storage disk;
    journal::log_options wanted;
    wanted.read_only = true;
    const auto log = must(journal::log::open(disk, journal, wanted));
    const auto lines = each.ask(*log);
    const auto spent = since.elapsed();
    done.add({"past",
              each.what,
              environment_of(options.directory, options.threads),
              {{"seconds", spent.wall_s},
               {"cpu_seconds", spent.cpu_s},
               {"lines", static_cast<double>(lines)},
               {"events", static_cast<double>(log->info().last_sequence)}}});
  }
  return done;
}

} // namespace tallyman::bench
