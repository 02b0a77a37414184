#pragma once

#include "journal/log.hpp"

#include <string>

namespace tallyman::cli {

/// "3 segments and 2 snapshots (193.5 MB)": what goes by a plan that is not empty.
std::string what_goes(const journal::retention_plan& plan);

/// Where the history begins: "with the first event", "with the state after event 1,000".
std::string beginning_of_history(std::uint64_t history_sequence);

} // namespace tallyman::cli
