#include "cli/commands/commands.hpp"
#include "cli/commands/ingest_summary.hpp"
#include "cli/commands/ingestion.hpp"
#include "cli/session.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/writer_arguments.hpp"
#include "views/time_text.hpp"

#include <chrono>
#include <csignal>

namespace tallyman::cli {

namespace {

constexpr std::size_t chunk_bytes_max = std::size_t{64} << 20;

struct ingest_arguments {
  cluster_arguments cluster;
  ingestion_options options;
  std::vector<std::string> files;
  writer_arguments writer;
  std::string time;
};

result<cluster_options> options_of(const ingest_arguments& arguments) {
  auto options = arguments.writer.options();
  if (!options)
    return options.failure();
  if (arguments.time.empty())
    return options;
  const auto time = parse_time(arguments.time);
  if (!time)
    return time.failure();
  options->now = [fixed = *time] { return fixed; };
  return options;
}

/// Everything up to the summary. `taken` is how the reading ended.
result<void> ingest(tallyman::cluster& cluster, const ingest_arguments& arguments, const stop_signal& stop,
                    output& out) {
  const auto started = std::chrono::steady_clock::now();
  ingestion inputs{cluster, arguments.options, stop};
  auto taken = inputs.run(arguments.files);
  // Whatever ended the reading: what came before is to survive.
  if (auto drained = cluster.drain(); !drained)
    return drained;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  auto summary = summarise(cluster, inputs.counters(), elapsed.count());
  if (!summary)
    return summary.failure();
  summary->is_relist = arguments.options.decoder.lists_are_complete;
  out.write(text_of(*summary));
  if (const auto doubt = doubt_of_relist(*summary); taken && stop.received() == 0 && !doubt.empty())
    complain(doubt);
  return taken;
}

result<exit_code> run(const ingest_arguments& arguments, output& out) {
  auto options = options_of(arguments);
  if (!options)
    return options.failure();
  if (auto checked = check_inputs(arguments.files); !checked)
    return checked.failure();
  const stop_signal stop;
  auto opened = session::open(arguments.cluster, std::move(*options));
  if (!opened)
    return opened.failure();
  auto& cluster = (*opened)->cluster();
  const auto done = ingest(cluster, arguments, stop, out);
  const auto closed = cluster.close();
  if (!done)
    return done.failure();
  if (!closed)
    return closed.failure();
  if (stop.received() != 0) {
    complain("stopped by a signal; everything read so far is in the journal");
    return stop.received() == SIGINT ? exit_code::interrupted : exit_code::terminated;
  }
  return exit_code::ok;
}

void add_options(const subcommand& to, ingest_arguments& arguments) {
  auto& decoder = arguments.options.decoder;
  to.add_option("FILE", arguments.files, "Inputs, read in this order; - is standard input").required();
  add_writer_arguments(to, arguments.writer);
  to.add_flag("--relist", decoder.lists_are_complete,
              "Every list in the input is complete, for all namespaces and without a selector: what it does "
              "not hold is gone");
  to.add_flag(
      "--keep-going", decoder.keep_going,
      "Skip what is bad, with a warning for each, instead of stopping at it; the exit code is then 0");
  to.add_option("--time", arguments.time, "Journal this time instead of the clock's, for recordings")
      .type_name("RFC3339");
  to.add_option("--chunk-bytes", arguments.options.chunk_bytes, "Most bytes to read at once")
      .range(std::size_t{1}, chunk_bytes_max)
      .type_name("N");
}

} // namespace

void add_ingest(const subcommand& to) {
  auto arguments = std::make_shared<ingest_arguments>();
  const auto self =
      to.add_subcommand("ingest", "Read a stream of Kubernetes objects and events into the journal");
  add_cluster_arguments(self, arguments->cluster);
  add_options(self, *arguments);
  self.footer(
      "Reads JSON in any mix, from any number of kinds: watch events, single objects, lists. Examples:\n"
      "  kubectl get pods -A --watch --output-watch-events -o json | tallyman ingest --data DIR -\n"
      "  zcat recording.ndjson.gz | tallyman ingest --data DIR -        (files are not decompressed)\n"
      "A bad value ends the run: what came before it is journaled. SIGINT and SIGTERM end the reading, not\n"
      "the journaling of what was read.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
