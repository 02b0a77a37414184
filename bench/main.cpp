// tallyman_bench BENCH [OPTION...]: how fast Tallyman is, and what it costs. `--help` has the list.

#include "bench/benches.hpp"
#include "bench/command_line.hpp"
#include "bench/stores_seam.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace tallyman::bench;

struct bench {
  const char* name;
  const char* about;
  report (*run)(const bench_options&);
};

const std::vector<bench>& benches() {
  static const std::vector<bench> all{
      {"engine", "One cluster through all phases: events/s durable and applied, CPU, bytes, memory",
       run_engine},
      {"hub", "Many clusters in one process", run_hub},
      {"latency", "From arrival to durable-and-applied, at a fixed rate", run_latency},
      {"state-machine", "The state machine on one thread, no actors, no journal", run_state_machine},
      {"single-lock", "A tracker with one lock that scans all images at each removal", run_single_lock},
      {"fixed", "Always the same small run, for counting instructions", run_fixed},
      {"removal", "One removal among 1,000 images and among 100,000", run_removal},
      {"recovery", "Replay, against a plain read of the same files", run_recovery},
      {"open", "Opens the journal in --dir as recovery does", run_open},
      {"killed", "A full cluster killed --events events after a snapshot, and back again", run_killed},
      {"live-until-killed", "The process that killed kills", run_live_until_killed},
      {"snapshot", "Snapshots written and loaded; latency beside them and beside questions", run_snapshot},
      {"growth", "How the cost of an event grows with pods, images, owners, clusters, threads", run_growth},
      {"make-journal", "Writes --events events of a full cluster to --dir/journal, for past",
       run_make_journal},
      {"past", "Questions about the past, to the journal that make-journal wrote to --dir", run_past},
      {"all", "Every bench; with --short within a minute", run_all}};
  return all;
}

void finish(const bench_options& options, const std::string& table, const nlohmann::ordered_json& json) {
  if (!options.quiet)
    fmt::print("{}", table);
  if (!options.json.empty())
    must(write_json(options.json, json));
}

int run(int argc, char** argv) {
  CLI::App app{"Measures Tallyman. Every line says on how many cores, which file system and which sync.",
               "tallyman_bench"};
  app.require_subcommand(1);
  bench_options options;
  for (const auto& each : benches()) {
    auto* command = app.add_subcommand(each.name, each.about);
    add_options(*command, options);
    command->callback([&options, &each] {
      const auto done = each.run(options);
      finish(options, done.table(), done.json());
    });
  }
  auto* summary = app.add_subcommand("summary", "The figures of the contract, within ten minutes");
  add_options(*summary, options);
  summary->callback([&options] {
    const auto figures = run_summary(options, append_bench());
    finish(options, figures.dump(2) + '\n', figures);
  });
  CLI11_PARSE(app, argc, argv);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "tallyman_bench: {}\n", failure.what());
  }
  return 1;
}
