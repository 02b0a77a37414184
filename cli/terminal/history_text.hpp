#pragma once

#include "replay/history.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// A history with what it is of.
struct shown_history {
  std::string cluster;
  std::uint64_t from = 1; ///< first event
  std::uint64_t to = 0;   ///< last event
  bool of_owner = false;  ///< entries are then about the images that the owner gained and lost
  told_history told;
};

void write_history_table(const shown_history& history, output& out);
/// One document, one entry a line (docs/cli.md has its shape).
void write_history_json(const shown_history& history, output& out);
void write_history_csv(const shown_history& history, output& out);

} // namespace tallyman::cli
