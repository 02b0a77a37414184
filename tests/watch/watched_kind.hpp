#pragma once

#include "kube/support.hpp"
#include "watch/fake_api_server.hpp"
#include "watch/kind_watcher.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tallyman::watch::testing {

/// One kind of a fake server, being watched, with all that comes of it kept as lines.
class watched_kind {
public:
  using lines = std::vector<std::string>;

  static watch_options fast() {
    watch_options options;
    options.retry_first = std::chrono::milliseconds{5};
    options.retry_last = std::chrono::milliseconds{40};
    options.retry_forbidden = std::chrono::milliseconds{50};
    options.list_silence_max = options.watch_silence_max = std::chrono::milliseconds{20'000};
    options.stream_lists = false;
    options.use_protobuf = false;
    return options;
  }

  explicit watched_kind(const std::string& url, watch_options options = fast(),
                        const std::string& position = "", resource what = {"pods", "Pod", {"v1"}},
                        text_or_file token = {})
      : options_(std::move(options)), who_(access_to(url, std::move(token))),
        troubles_(sink_, pace::real(), url), versions_(options_, pace::real(), troubles_),
        watcher_(std::move(what), context(), position, 1) {
    sink_.submit = [this](observations seen) {
      const std::lock_guard lock{mutex_};
      for (auto& line : kube::testing::render(seen, table_))
        facts_.push_back(line);
      return sink_result_;
    };
    sink_.complain = [this](const std::string& line) { add(complaints_, line); };
    sink_.report = [this](const std::string& line) { add(reports_, line); };
    thread_ = std::jthread{[this](const std::stop_token& stop) { ended_ = watcher_.run(stop); }};
  }

  ~watched_kind() { static_cast<void>(stop()); }

  /// How `run` ended.
  result<void> stop() {
    thread_.request_stop();
    if (thread_.joinable())
      thread_.join();
    return ended_;
  }

  /// How `run` ends by itself.
  result<void> ends() {
    thread_.join();
    return ended_;
  }

  /// Whether `expected` becomes true, within ten seconds.
  static bool becomes(const std::function<bool()>& expected) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (std::chrono::steady_clock::now() < end) {
      if (expected())
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return false;
  }

  bool sees(const std::string& line) {
    return becomes([&] { return contains(facts(), line); });
  }
  bool complains(const std::string& part) {
    return becomes([&] {
      for (const auto& each : complaints())
        if (kube::testing::contains(each, part))
          return true;
      return false;
    });
  }

  lines facts() const { return copy(facts_); }
  lines complaints() const { return copy(complaints_); }
  lines reports() const { return copy(reports_); }

  void refuse_facts(error why) {
    const std::lock_guard lock{mutex_};
    sink_result_ = std::move(why);
  }

private:
  watch_context context() {
    return {options_,     who_.access(), table_,    sink_,
            pace::real(), troubles_,     versions_, connect_over_http(who_, {}),
            [] {}};
  }
  static api_access access_to(const std::string& url, text_or_file token) {
    api_access access;
    access.server = url;
    access.source = "a test";
    access.token = std::move(token);
    return access;
  }
  static bool contains(const lines& all, const std::string& line) {
    for (const auto& each : all)
      if (each == line)
        return true;
    return false;
  }
  void add(lines& to, const std::string& line) {
    const std::lock_guard lock{mutex_};
    to.push_back(line);
  }
  lines copy(const lines& from) const {
    const std::lock_guard lock{mutex_};
    return from;
  }

  mutable std::mutex mutex_;
  lines facts_;
  lines complaints_;
  lines reports_;
  result<void> sink_result_;
  string_table table_;
  watch_options options_;
  watch_sink sink_;
  credentials who_;
  trouble_log troubles_;
  version_guard versions_;
  kind_watcher watcher_;
  result<void> ended_;
  std::jthread thread_;
};

} // namespace tallyman::watch::testing
