#include "bench/stores/append_bench.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace tallyman::bench;

int main(int argc, char** argv) {
  append_options options;
  options.directory = ".";
  bool projection = false;
  CLI::App app("Durable appends to the journal against the raw limit and other stores");
  app.add_option("--directory", options.directory, "where to write; decides which disk is measured");
  app.add_option("--batch", options.batch_events, "events in a batch")->check(CLI::Range(1, 100'000));
  app.add_option("--rounds", options.rounds, "measured rounds")->check(CLI::Range(1, 1000));
  app.add_option("--only", options.only, "contestants by name");
  app.add_flag("--projection", projection, "events of 36 to 133 bytes instead of 200");
  CLI11_PARSE(app, argc, argv);
  if (projection)
    options.shape = event_shape::projection;
  const auto figures = run_append_bench(options);
  if (!figures) {
    fmt::print(stderr, "append bench: {}\n", figures.failure().what);
    return 1;
  }
  const append_summary summary = append_summary_of(*figures);
  fmt::print(
      "{}\nat batches of 1000: {:.3f} of the raw limit of {:.0f} events/s; pipelined {:.3f}, rolling {:.3f}; "
      "{:.1f}x RocksDB, {:.1f}x SQLite, {:.1f}x LMDB\n",
      append_table(*figures), summary.append_share_of_raw, summary.raw_events_per_s,
      summary.append_pipelined_share_of_raw, summary.append_rolling_share_of_raw, summary.append_vs_rocksdb,
      summary.append_vs_sqlite, summary.append_vs_lmdb);
  return 0;
}
