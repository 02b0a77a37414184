#pragma once

#include "tally/snapshot/state_difference.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// What lies between two moments, and which they are.
struct shown_difference {
  struct end {
    std::uint64_t sequence = 0;
    std::int64_t at_ms = 0; ///< of that event; 0: there is none
  };

  std::string cluster;
  end from;
  end to;
  state_difference difference;
};

void write_diff_table(const shown_difference& shown, output& out);
/// One document (docs/cli.md has its shape).
void write_diff_json(const shown_difference& shown, output& out);
/// One record for each image and owner that was gained or lost.
void write_diff_csv(const shown_difference& shown, output& out);

} // namespace tallyman::cli
