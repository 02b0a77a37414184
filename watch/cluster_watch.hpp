#pragma once

#include "base/result.hpp"
#include "messages/string_table.hpp"
#include "watch/credentials.hpp"
#include "watch/http_client.hpp"
#include "watch/kind_watcher.hpp"
#include "watch/resource.hpp"
#include "watch/watch_options.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tallyman::watch {

/// Asks the server who it is: its version. Finds a wrong address, an unknown authority and credentials that
/// are not accepted before anything else starts. Errors: `io` or `usage`, one line with what to do.
result<std::string> greet(const api_access& access, const http_client::options& options);

/// Watches all kinds of one cluster: a thread, a connection, one list and one watch for each.
class cluster_watch {
public:
  struct settings {
    std::vector<resource> resources;
    watch_options options;
    http_client::options http;
  };

  /// Where the watch of a kind can go on: what the journal has for (kind, apiVersion), or an empty text.
  using position_of = std::function<std::string(std::string_view kind, std::string_view api_version)>;

  /// `strings` and what `sink` refers to must outlive it.
  cluster_watch(api_access access, settings chosen, string_table& strings, watch_sink sink);
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

  settings settings_;
  string_table& strings_;
  watch_sink sink_;
  credentials who_;
  std::vector<std::unique_ptr<one_kind>> kinds_;
};

} // namespace tallyman::watch
