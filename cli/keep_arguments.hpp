#pragma once

#include "cli/command_line.hpp"
#include "journal/retention_limits.hpp"

#include <cstdint>

namespace tallyman::cli {

/// How much history a journal is to keep, as the command line says it.
struct keep_arguments {
  double days = 0;         ///< 0: for ever
  std::uint64_t bytes = 0; ///< 0: any

  journal::retention_limits limits() const noexcept;
};

/// Adds --keep-days and --keep-size. `arguments` must outlive the parsing.
void add_keep_arguments(const subcommand& to, keep_arguments& arguments);

} // namespace tallyman::cli
