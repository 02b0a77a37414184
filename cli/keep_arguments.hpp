#pragma once

#include "journal/retention_limits.hpp"

#include <cstdint>

namespace CLI {
class App;
}

namespace tallyman::cli {

/// How much history a journal is to keep, as the command line says it.
struct keep_arguments {
  double days = 0;         ///< 0: for ever
  std::uint64_t bytes = 0; ///< 0: any

  journal::retention_limits limits() const noexcept;
};

/// Adds --keep-days and --keep-size. `arguments` must outlive the parsing.
void add_keep_arguments(CLI::App& app, keep_arguments& arguments);

} // namespace tallyman::cli
