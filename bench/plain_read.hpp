#pragma once

#include "bench/measure.hpp"

#include <cstdint>
#include <string>

namespace tallyman::bench {

struct read_figures {
  std::uint64_t bytes = 0;
  duration spent;
};

/// Reads every file below `directory` from its begin to its end, 1 MiB at a time.
read_figures read_files(const std::string& directory);

/// Drops every file below `directory` from the page cache.
void forget_files(const std::string& directory);

} // namespace tallyman::bench
