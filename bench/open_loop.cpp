#include "bench/open_loop.hpp"

#include "bench/benches.hpp"

#include <algorithm>
#include <utility>

namespace tallyman::bench {

void open_loop::run(feed arrivals, latency_histogram& into) const {
  auto due = monotonic_ns() + interval_ns;
  for (auto& each : arrivals) {
    sleep_until_ns(due);
    must(to.submit(std::move(each), [&into, due] { into.record(monotonic_ns() - due); }));
    due += interval_ns;
  }
  must(to.drain());
}

feed arrivals_for(const bench_options& options, synthetic_cluster& from, double seconds) {
  from.set_batch_facts(options.arrival_facts);
  return from.replacements(static_cast<std::size_t>(seconds * options.rate));
}

std::int64_t interval_ns_of(const bench_options& options) {
  return std::max<std::int64_t>(1, std::int64_t{1'000'000'000} * options.arrival_facts / options.rate);
}

std::vector<figure> figures_of(const latency_histogram& latencies) {
  const auto ms = [&](double quantile) { return static_cast<double>(latencies.at(quantile)) / 1e6; };
  return {{"p50_ms", ms(0.5)}, {"p99_ms", ms(0.99)}, {"p99.9_ms", ms(0.999)}, {"largest_ms", ms(1.0)}};
}

} // namespace tallyman::bench
