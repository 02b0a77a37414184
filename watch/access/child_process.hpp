#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tallyman::watch {

/// What is run, and within which bounds.
struct child_process {
  std::string command; ///< looked for in PATH if it has no slash
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment; ///< besides this process's own
  std::chrono::milliseconds time_max{};
  std::size_t output_bytes_max = 0;
};

/// Runs a program without a shell and returns what it printed. Its standard input is empty, its standard
/// error is this process's. Errors: `io`: it is not there, failed, took too long (it is killed then) or
/// printed too much.
result<std::string> run_child(const child_process& child);

} // namespace tallyman::watch
