#pragma once

#include "bench/append_result.hpp"

#ifdef TALLYMAN_BENCH_STORES
#include "bench/stores/append_bench.hpp"
#endif

namespace tallyman::bench {

/// The append bench of bench/stores, if this program was built with it.
inline append_measurement append_bench() {
#ifdef TALLYMAN_BENCH_STORES
  return [](const std::string& directory) -> result<append_result> {
    append_options options;
    options.directory = directory;
    options.batch_events = {1'000};
    options.rounds = 1;
    const auto figures = run_append_bench(options);
    if (!figures)
      return figures.failure();
    const auto summary = append_summary_of(*figures);
    return append_result{summary.append_share_of_raw, summary.append_vs_rocksdb, summary.append_vs_sqlite,
                         summary.append_vs_lmdb, summary.raw_events_per_s};
  };
#else
  return {};
#endif
}

} // namespace tallyman::bench
