// How long a process that was killed takes to be back: a full cluster, a snapshot, `--events` events after
// it, and SIGKILL while more are under way. What opens the journal does so for writing, as a restart would,
// with its files dropped from the page cache.

#include "bench/bench_cluster.hpp"
#include "bench/child.hpp"
#include "bench/plain_read.hpp"
#include "bench/synthetic_cluster.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace tallyman::bench {

namespace {

constexpr std::size_t piece_facts = 200'000;
constexpr int killed = 128 + SIGKILL;

std::vector<std::string> arguments_of(const bench_options& options, const char* bench,
                                      const std::string& journal) {
  return {bench,
          "--dir",
          journal,
          "--threads",
          fmt::format("{}", options.threads),
          "--flow-mb",
          fmt::format("{}", options.flow_mb),
          "--events",
          fmt::format("{}", options.events),
          "--pods",
          fmt::format("{}", options.shape.pods),
          "--images",
          fmt::format("{}", options.shape.images),
          "--nodes",
          fmt::format("{}", options.shape.nodes)};
}

} // namespace

report run_live_until_killed(const bench_options& options) {
  bench_host host{options.threads};
  const auto running = host.open(options.directory, options);
  synthetic_cluster made{options.shape, running->strings(), journal_strings_of(*running)};
  take(*running, made.cold_start());
  must(running->snapshot());
  const auto from = running->journal_info().last_sequence;
  while (running->journal_info().last_sequence < from + options.events)
    take(*running, made.replacements(piece_facts));
  submit_all(*running, made.replacements(piece_facts));
  ::kill(::getpid(), SIGKILL);
  return {};
}

report run_killed(const bench_options& options) {
  const scratch_directory scratch{options.directory};
  const auto journal = scratch.path() + "/journal";
  std::filesystem::create_directory(journal);
  if (const auto status = run_child_status(arguments_of(options, "live-until-killed", journal));
      status != killed)
    throw bench_failure{fmt::format("the process that was to be killed ended with status {}", status)};
  forget_files(journal);
  auto arguments = arguments_of(options, "open", journal);
  arguments.emplace_back("--for-writing");
  auto line = run_child_line(arguments);
  line.bench = "killed";
  line.what = "snapshot and replay";
  if (line["events"] < static_cast<double>(options.events))
    throw bench_failure{fmt::format("only {} events came back after the snapshot", line["events"])};
  report done;
  done.add(line);
  return done;
}

} // namespace tallyman::bench
