// The figures of the contract. Every round runs each bench once, so a drift of a shared machine falls on all
// of them, and ratios are taken within a round.

#include "bench/benches.hpp"
#include "bench/child.hpp"
#include "bench/measure.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>

namespace tallyman::bench {

namespace {

constexpr std::array keys{"append_share_of_raw",
                          "append_vs_rocksdb",
                          "append_vs_sqlite",
                          "append_vs_lmdb",
                          "durable_applied_per_s",
                          "durable_applied_share_of_raw",
                          "hub64_per_s",
                          "hub64_share_of_raw",
                          "replacements_vs_single_lock",
                          "removal_cost_100k_over_1k",
                          "threads_2_over_1",
                          "replay_per_s",
                          "snapshot_write_s",
                          "snapshot_load_s",
                          "rss_mb_full_cluster",
                          "p99_ms_at_10k_per_s"};

using round_figures = std::map<std::string, double>;

class summary_round {
public:
  summary_round(const bench_options& options, const append_measurement& append)
      : options_(options), append_(append) {}

  round_figures measure() {
    measure_append();
    measure_engine();
    measure_hub();
    measure_recovery();
    measure_snapshot();
    figures_["removal_cost_100k_over_1k"] = line({"removal"}, "journal and actors")["ratio"];
    figures_["p99_ms_at_10k_per_s"] = line({"latency", "--seconds", "4", "--rate", "10000"})["p99_ms"];
    return figures_;
  }

private:
  report_line line(std::vector<std::string> arguments, const std::string& what = "") const {
    arguments.insert(arguments.end(),
                     {"--dir", options_.directory, "--flow-mb", std::to_string(options_.flow_mb)});
    return run_child_line(arguments, what);
  }

  void measure_append() {
    if (!append_)
      return;
    const auto got = must(append_(options_.directory));
    figures_["append_share_of_raw"] = got.share_of_raw;
    figures_["append_vs_rocksdb"] = got.vs_rocksdb;
    figures_["append_vs_sqlite"] = got.vs_sqlite;
    figures_["append_vs_lmdb"] = got.vs_lmdb;
    raw_per_s_ = got.raw_events_per_s;
  }

  void put_with_share(const std::string& name, const std::string& share, double per_s) {
    figures_[name] = per_s;
    if (raw_per_s_)
      figures_[share] = per_s / *raw_per_s_;
  }

  double engine_per_s(const char* threads) const {
    return line({"engine", "--phases", "replacements", "--seconds", "3", "--threads", threads},
                "replacements")["events_per_s"];
  }

  void measure_engine() {
    const auto two = engine_per_s("2"), one = engine_per_s("1");
    put_with_share("durable_applied_per_s", "durable_applied_share_of_raw", two);
    figures_["threads_2_over_1"] = two / one;
    figures_["replacements_vs_single_lock"] = two / line({"single-lock", "--seconds", "2"})["events_per_s"];
  }

  void measure_hub() {
    put_with_share("hub64_per_s", "hub64_share_of_raw",
                   line({"hub", "--clusters", "64", "--seconds", "3"})["events_per_s"]);
  }

  void measure_recovery() {
    const auto replay = line({"recovery", "--seconds", "1.5"}, "replay");
    figures_["replay_per_s"] = replay["events_per_s"];
    figures_["rss_mb_full_cluster"] = replay["rss_mb"];
  }

  void measure_snapshot() {
    for (const auto& each : run_child({"snapshot", "--seconds", "0.5", "--dir", options_.directory})) {
      if (each.what == "written")
        figures_["snapshot_write_s"] = each["seconds"];
      if (each.what == "loaded")
        figures_["snapshot_load_s"] = each["seconds"];
    }
  }

  const bench_options& options_;
  const append_measurement& append_;
  std::optional<double> raw_per_s_;
  round_figures figures_;
};

} // namespace

nlohmann::ordered_json run_summary(const bench_options& options, const append_measurement& append) {
  std::vector<round_figures> rounds;
  for (unsigned i = 0; i < options.rounds; ++i) {
    rounds.push_back(summary_round{options, append}.measure());
    fmt::print(stderr, "round {} of {} is done\n", i + 1, options.rounds);
  }
  nlohmann::ordered_json summary;
  for (const auto* key : keys) {
    std::vector<double> values;
    for (const auto& each : rounds)
      if (const auto found = each.find(key); found != each.end())
        values.push_back(found->second);
    summary[key] = values.empty() ? nlohmann::ordered_json{} : nlohmann::ordered_json(median(values));
  }
  return summary;
}

} // namespace tallyman::bench
