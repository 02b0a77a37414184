#pragma once

#include "bench/report.hpp"

#include <string>
#include <vector>

namespace tallyman::bench {

/// Runs this program once more with `arguments`, a bench and its options, and waits for its end. A process of
/// its own has memory, threads and cores of its own to be measured. Throws `bench_failure` if it fails.
std::vector<report_line> run_child(const std::vector<std::string>& arguments);

/// The exit status of this program, run with `arguments`; the number of the signal that ended it + 128 if one
/// did.
int run_child_status(const std::vector<std::string>& arguments);

/// The same as run_child, and the only line, or the one that measures `what`.
report_line run_child_line(const std::vector<std::string>& arguments, const std::string& what = "");

} // namespace tallyman::bench
