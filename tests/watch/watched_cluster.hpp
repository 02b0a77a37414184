#pragma once

#include "watch/cluster_watch.hpp"
#include "watch/watched_kind.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tallyman::watch::testing {

/// All kinds of a fake server, being watched, with all lines that come of it.
class watched_cluster {
public:
  using lines = std::vector<std::string>;

  explicit watched_cluster(const std::string& url, std::map<std::string, std::string> positions = {},
                           watch_options options = fast(),
                           std::vector<resource> resources = built_in_resources())
      : watch_(access_to(url), {std::move(resources), std::move(options), {}, {}}, table_, sink()) {
    watch_.start(
        [&](std::string_view kind, std::string_view) {
          const auto found = positions.find(std::string{kind});
          return found == positions.end() ? std::string{} : found->second;
        },
        [] {});
  }
  ~watched_cluster() { static_cast<void>(watch_.stop()); }

  static watch_options fast() {
    auto options = watched_kind::fast();
    options.version_check_pause = std::chrono::milliseconds{50};
    options.version_check_pause_min = std::chrono::milliseconds{5};
    return options;
  }

  lines facts() const { return copy(facts_); }
  lines told() const { return copy(told_); } ///< complaints and reports

  std::size_t count(const lines& in, const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(in.begin(), in.end(), [&](auto& each) { return kube::testing::contains(each, part); }));
  }
  bool tells(const std::string& part, std::size_t times = 1) {
    return watched_kind::becomes([&] { return count(told(), part) >= times; });
  }

private:
  static api_access access_to(const std::string& url) {
    api_access access;
    access.server = url;
    access.source = "a test";
    return access;
  }
  watch_sink sink() {
    watch_sink made;
    made.submit = [this](observations seen) -> result<void> {
      const std::lock_guard lock{mutex_};
      for (auto& line : kube::testing::render(seen, table_))
        facts_.push_back(line);
      return {};
    };
    made.complain = made.report = [this](const std::string& line) {
      const std::lock_guard lock{mutex_};
      told_.push_back(line);
    };
    return made;
  }
  lines copy(const lines& from) const {
    const std::lock_guard lock{mutex_};
    return from;
  }

  mutable std::mutex mutex_; ///< guards `facts_` and `told_`
  lines facts_;
  lines told_;
  string_table table_;
  cluster_watch watch_; ///< last: its threads use all of the above
};

} // namespace tallyman::watch::testing
