#include "watch/version_guard.hpp"

#include "watch/resource_version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::watch {

namespace {

// A server whose kinds do not share one etcd looks as if it went back for ever.
constexpr unsigned ends_in_a_row_max = 7; // 2^7 * 30 s: about an hour
constexpr unsigned told_at_once = 5;      // then no more than trouble is

} // namespace

version_guard::version_guard(const watch_options& options, pace& time, trouble_log& troubles)
    : options_(options), time_(time), troubles_(troubles), random_(options.seed) {}

void version_guard::saw(const std::string& version, std::uint64_t epoch) {
  if (!is_numeric(version))
    return;
  const std::lock_guard lock{mutex_};
  if (epoch == epoch_ && (highest_.empty() || is_lower(highest_, version)))
    highest_ = version;
}

void version_guard::run(const std::stop_token& stop, const question& ask,
                        const std::function<void()>& on_end_of_epoch) {
  while (!stop.stop_requested()) {
    const auto round = woken_.begin(stop);
    if (!is_urgent_.exchange(false)) {
      time_.wait(next_pause(), round);
      is_urgent_ = false;
    }
    if (stop.stop_requested())
      return;
    std::string highest;
    {
      // Before the question: what comes meanwhile may be newer than its answer.
      const std::lock_guard lock{mutex_};
      highest = highest_;
    }
    const auto present = highest.empty() ? std::string{} : ask(stop);
    if (!present.empty() && went_back(present, highest))
      on_end_of_epoch();
    // A kind that connects over and over must not make this ask as often.
    time_.wait(options_.version_check_pause_min, stop);
  }
}

bool version_guard::went_back(const std::string& present, const std::string& highest_before) {
  if (!is_lower(present, highest_before)) {
    ends_in_a_row_ = 0;
    return false;
  }
  ends_in_a_row_ = std::min(ends_in_a_row_ + 1, ends_in_a_row_max);
  {
    const std::lock_guard lock{mutex_};
    ++epoch_;
    highest_ = present;
  }
  troubles_.warn(
      "",
      fmt::format(
          "the server's state went back (resourceVersion {}, was {}); was etcd restored? listing anew",
          present, highest_before),
      told_at_once);
  return true;
}

std::chrono::milliseconds version_guard::next_pause() {
  const auto most = options_.version_check_pause.count() << (ends_in_a_row_ > 1 ? ends_in_a_row_ - 1 : 0);
  return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{most / 2, most}(random_)};
}

} // namespace tallyman::watch
