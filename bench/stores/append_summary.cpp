#include "bench/stores/append_bench.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::bench {

namespace {

constexpr std::uint32_t contract_batch_events = 1000;

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

const append_figures* find(const std::vector<append_figures>& figures, std::string_view store) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const append_figures& one) {
    return one.store == store && one.batch_events == contract_batch_events;
  });
  return found == figures.end() ? nullptr : &*found;
}

/// Median over the rounds of how much faster `store` was than `other`; 0 if one of them is missing.
double ratio(const std::vector<append_figures>& figures, std::string_view store, std::string_view other) {
  const append_figures* above = find(figures, store);
  const append_figures* below = find(figures, other);
  if (above == nullptr || below == nullptr)
    return 0;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(above->events_per_s.size(), below->events_per_s.size()); ++i)
    ratios.push_back(above->events_per_s[i] / below->events_per_s[i]);
  return median(std::move(ratios));
}

} // namespace

double append_figures::median_events_per_s() const {
  return median(events_per_s);
}

double append_figures::median_share_of_raw() const {
  return median(share_of_raw);
}

double append_figures::median_cpu_ns_per_event() const {
  return median(cpu_ns_per_event);
}

append_summary append_summary_of(const std::vector<append_figures>& figures) {
  append_summary summary;
  summary.append_share_of_raw = ratio(figures, journal_name, raw_name);
  summary.append_pipelined_share_of_raw = ratio(figures, journal_pipelined_name, raw_name);
  summary.append_rolling_share_of_raw = ratio(figures, journal_rolling_name, raw_name);
  summary.append_vs_rocksdb = ratio(figures, journal_name, rocksdb_name);
  summary.append_vs_sqlite = ratio(figures, journal_name, sqlite_name);
  summary.append_vs_lmdb = ratio(figures, journal_name, lmdb_name);
  if (const append_figures* raw = find(figures, raw_name))
    summary.raw_events_per_s = raw->median_events_per_s();
  return summary;
}

std::string append_table(const std::vector<append_figures>& figures) {
  std::string table = fmt::format("{:>7}  {:<18}{:>12}{:>10}{:>14}  configuration\n", "batch", "store",
                                  "events/s", "of raw", "cpu ns/event");
  for (const append_figures& one : figures)
    table += fmt::format("{:>7}  {:<18}{:>12.0f}{:>10.3f}{:>14.0f}  {}\n", one.batch_events, one.store,
                         one.median_events_per_s(), one.median_share_of_raw(), one.median_cpu_ns_per_event(),
                         one.configuration);
  return table;
}

} // namespace tallyman::bench
