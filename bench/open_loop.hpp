#pragma once

#include "actors/cluster.hpp"
#include "bench/bench_options.hpp"
#include "bench/feed.hpp"
#include "bench/measure.hpp"
#include "bench/report.hpp"
#include "bench/synthetic_cluster.hpp"

#include <vector>

namespace tallyman::bench {

/// Facts that arrive at a fixed rate whether or not those before them are done, so that a stall counts for
/// all that arrive while it lasts.
struct open_loop {
  cluster& to;
  std::int64_t interval_ns; ///< between two arrivals

  /// Hands in one of `arrivals` after the other, and waits for the last. Records for each the time from the
  /// moment at which it was due to durable-and-applied.
  void run(feed arrivals, latency_histogram& into) const;
};

/// Replacements for `seconds` at the rate of `options`, to be handed in `interval_ns_of(options)` apart.
feed arrivals_for(const bench_options& options, synthetic_cluster& from, double seconds);
std::int64_t interval_ns_of(const bench_options& options);

/// A line's figures of a histogram, in milliseconds.
std::vector<figure> figures_of(const latency_histogram& latencies);

} // namespace tallyman::bench
