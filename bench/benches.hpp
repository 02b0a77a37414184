#pragma once

#include "bench/append_result.hpp"
#include "bench/bench_options.hpp"
#include "bench/report.hpp"

#include <stdexcept>
#include <string>

namespace tallyman::bench {

/// A bench cannot go on. Nothing in a bench can be repaired, so main() alone catches it.
struct bench_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The value of `got`; a failure ends the bench.
template <class T>
T must(result<T> got) {
  if (!got)
    throw bench_failure{got.failure().what};
  if constexpr (!std::is_void_v<T>)
    return std::move(*got);
}

// Each has a file of its own, which says what it does.

report run_engine(const bench_options& options);
report run_hub(const bench_options& options);
report run_latency(const bench_options& options);
report run_state_machine(const bench_options& options);
report run_single_lock(const bench_options& options);
/// Always the same facts, for counting instructions.
report run_fixed(const bench_options& options);
report run_removal(const bench_options& options);
report run_recovery(const bench_options& options);
/// Opens the journal in `options.directory`, times that, and changes nothing unless `options.for_writing`. A
/// part of the recovery bench, in a process of its own for the sake of its memory.
report run_open(const bench_options& options);
/// A process killed by SIGKILL, and how long recovery takes.
report run_killed(const bench_options& options);
/// The process for that: lives on a journal in `options.directory` and never returns.
report run_live_until_killed(const bench_options& options);
report run_snapshot(const bench_options& options);
report run_growth(const bench_options& options);
/// Writes a week-long journal of a full cluster to `options.directory`/journal, for `run_past`. Not removed.
report run_make_journal(const bench_options& options);
/// Asks that journal about the past: an inventory, histories.
report run_past(const bench_options& options);
/// Every bench in turn, each in a process of its own.
report run_all(const bench_options& options);

/// The figures of the contract, under its names and in its order. Runs of the other benches in turn, in
/// processes of their own; medians of `options.rounds`. `append` may be empty: its keys are null then.
nlohmann::ordered_json run_summary(const bench_options& options, const append_measurement& append);

} // namespace tallyman::bench
