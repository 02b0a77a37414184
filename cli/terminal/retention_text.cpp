#include "cli/terminal/retention_text.hpp"

#include "cli/terminal/table.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

std::string what_goes(const journal::retention_plan& plan) {
  return fmt::format("{} and {} ({})", counted(plan.segments.size(), "segment", "segments"),
                     counted(plan.snapshots.size(), "snapshot", "snapshots"), format_bytes(plan.bytes()));
}

std::string beginning_of_history(std::uint64_t history_sequence) {
  if (history_sequence == 0)
    return "with the first event";
  return "with the state after event " + with_separators(history_sequence);
}

} // namespace tallyman::cli
