#pragma once

#include "base/result.hpp"
#include "messages/string_table.hpp"
#include "watch/access/credentials.hpp"
#include "watch/http_client.hpp"
#include "watch/kind_watcher.hpp"
#include "watch/pace.hpp"
#include "watch/resource.hpp"
#include "watch/trouble_log.hpp"
#include "watch/version_guard.hpp"
#include "watch/watch_options.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tallyman::watch {

/// Asks the server who it is: its version. Finds a wrong address, an unknown authority and credentials that
/// are not accepted before anything else starts. Errors: `io` or `usage`, one line with what to do.
result<std::string> greet(const api_access& access, const http_client::options& options);

/// Watches all kinds of one cluster: a thread, a connection, one list and one watch for each; and one thread
/// that asks the server now and then whether its state went back.
class cluster_watch {
public:
  struct settings {
    std::vector<resource> resources;
    watch_options options;
    http_client::options http;
    connector connect; ///< empty: over HTTP, with the options above
  };

  /// Where the watch of a kind can go on: what the journal has for (kind, apiVersion), or an empty text.
  using position_of = std::function<std::string(std::string_view kind, std::string_view api_version)>;

  /// `strings`, `time` and what `sink` refers to must outlive it.
  cluster_watch(api_access access, settings chosen, string_table& strings, watch_sink sink,
                pace& time = pace::real());
  ~cluster_watch();
  cluster_watch(const cluster_watch&) = delete;
  cluster_watch& operator=(const cluster_watch&) = delete;

  /// Starts the threads. `on_failure` is called by any of them when the sink fails.
  void start(const position_of& positions, const std::function<void()>& on_failure);

  /// Stops all threads and waits for them: within a second or so, unless the sink blocks. The sink's failure,
  /// if there was one.
  result<void> stop();

  /// After `stop`: what all kinds have seen, and asked for.
  kube::counters seen();
  watch_counts counts() const;

private:
  struct one_kind;

  watch_context context();
  std::string present_version(const std::stop_token& stop);
  void retry_all();

  settings settings_;
  string_table& strings_;
  watch_sink sink_;
  pace& time_;
  credentials who_;
  trouble_log troubles_;
  version_guard versions_;
  std::unique_ptr<api_connection> asks_version_; ///< by `guard_` alone
  std::size_t next_asked_ = 0;                   ///< of `kinds_`
  std::mutex retry_mutex_;                       ///< guards `retried_at_`
  pace::time_point retried_at_{};
  std::vector<std::unique_ptr<one_kind>> kinds_;
  std::jthread guard_; ///< last: it uses all of the above
};

} // namespace tallyman::watch
