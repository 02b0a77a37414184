#pragma once

#include "base/result.hpp"
#include "watch/access/api_access.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// What an exec plugin gave. Secret.
struct exec_credential {
  std::string token;
  std::string certificate; ///< PEM; empty: none
  std::string key;
  std::optional<std::chrono::system_clock::time_point> expires;
};

/// Runs the plugin, directly and not by a shell, with nothing on its standard input, and reads what it
/// prints. What it says on standard error goes to this process's. Gives up after a minute. Errors: `io`, one
/// line with what to do; never with the plugin's output, which may hold secrets.
result<exec_credential> run_exec_plugin(const exec_plugin& plugin);

} // namespace tallyman::watch
