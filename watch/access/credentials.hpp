#pragma once

#include "base/result.hpp"
#include "watch/access/api_access.hpp"
#include "watch/access/exec_credential.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace tallyman::watch {

/// What to identify oneself with in one request. Secret.
struct identity {
  std::string bearer_token; ///< empty: none
  text_or_file certificate;
  text_or_file key;
};

/// Gives the current credentials of an `api_access`: reads a token file again when it has changed (a service
/// account's token rotates every hour), runs an exec plugin when what it gave has expired.
///
/// Thread-safe; while a plugin runs, others wait.
class credentials {
public:
  /// Runs a plugin; tests give their own. `cluster` may be given to it.
  using plugin_runner = std::function<result<exec_credential>(const exec_plugin&)>;

  explicit credentials(api_access access, plugin_runner run = run_exec_plugin);

  /// Errors: `io`, with what to do.
  result<identity> current();

  /// The API server refused `used`: a plugin is asked anew, a token file is read anew. If others have done so
  /// since `used` was given, nothing happens.
  void refused(const identity& used);

  const api_access& access() const noexcept { return access_; }

private:
  result<identity> from_file();
  result<identity> from_plugin();

  api_access access_;
  plugin_runner run_;
  std::mutex mutex_;
  std::optional<identity> known_;
  std::optional<std::chrono::system_clock::time_point> expires_;
  std::chrono::steady_clock::time_point read_at_{};
};

} // namespace tallyman::watch
