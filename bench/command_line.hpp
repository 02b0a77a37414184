#pragma once

#include "bench/bench_options.hpp"

#include <CLI/App.hpp>

namespace tallyman::bench {

/// Adds the options that all benches have to one of them. `into` must outlive `bench`.
void add_options(CLI::App& bench, bench_options& into);

} // namespace tallyman::bench
