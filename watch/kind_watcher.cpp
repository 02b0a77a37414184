#include "watch/kind_watcher.hpp"

#include "watch/resource_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace tallyman::watch {

namespace {

using namespace std::chrono_literals;

// A watch that lived shorter and brought nothing was not worth having; one that lived longer is a good one.
constexpr auto watch_life_min = 1s;
constexpr auto watch_life_good = 10s;
// An API server that has just started refuses everybody until it has read the roles: a kind that worked
// before is not called forbidden at once, and none is given up at once.
constexpr unsigned refusals_doubted = 3;
constexpr unsigned refusals_retried = 6;
// How much a watch that brings nothing speaks against its position: what the server itself says; what may
// have come from something in between. A list follows after three, or twelve.
constexpr unsigned doubt_much = 4;
constexpr unsigned doubt_little = 1;
constexpr unsigned doubt_max = 12;
constexpr auto server_wait_max = std::chrono::milliseconds{5min};

/// What of a journaled position is the resourceVersion; empty if it is of another scope.
std::string version_in(const std::string& position, const std::string& scope) {
  const auto space = position.find(' ');
  const auto written = space == std::string::npos ? std::string{} : position.substr(space + 1);
  return written == scope ? position.substr(0, space) : std::string{};
}

bool is_usual(verdict what) {
  return what == verdict::expired || what == verdict::ahead || what == verdict::rewound;
}

} // namespace

kind_watcher::kind_watcher(resource what, watch_context with, const std::string& position, std::uint64_t seed)
    : what_(std::move(what)), with_(std::move(with)), scope_(scope_of(what_, with_.options)), seed_(seed),
      delay_(with_.options.retry_first, with_.options.retry_last, seed),
      bookmarked_(version_in(position, scope_.text)), stream_lists_(with_.options.stream_lists) {
  read_by({scope_}, true);
  if (bookmarked_.empty())
    return;
  positions_ = {bookmarked_};
  is_new_connection_ = true;
  if (what_.is_built_in)
    with_.versions.saw(bookmarked_, epoch_);
}

void kind_watcher::read_by(std::vector<resource_scope> scopes, bool is_all) {
  for (auto& each : readers_)
    kube::add(seen_, each->seen());
  readers_.clear();
  for (auto& scope : scopes) {
    auto reader = std::make_unique<kind_reader>(with_, what_, std::move(scope), is_all, ++seed_);
    reader->on_begin = [this] { note_success(cure::watch_begun); };
    reader->on_progress = [this] { note_success(cure::watch_progress); };
    if (is_all)
      reader->on_list = [this](const kube::list_page& page) {
        end_list({page.resource_version}, page.whole);
      };
    readers_.push_back(std::move(reader));
  }
}

result<void> kind_watcher::run(const std::stop_token& stop) {
  if (!positions_.empty())
    with_.sink.report(
        fmt::format("{}: going on from resourceVersion {}, without a list", what_.plural, position()));
  while (!stop.stop_requested() && !sink_failure_) {
    const auto round = round_.begin(stop);
    if (epoch_ != with_.versions.epoch()) {
      forget_position();
      tell_list_ = true;
    }
    pause_wanted_ = false;
    auto how = positions_.empty() ? list_somehow(round) : watch(round);
    for (const auto& each : readers_)
      if (each->sink_failure())
        sink_failure_ = each->sink_failure();
    if (!sink_failure_ && how.what != verdict::stopped)
      settle(how, round);
  }
  bookmark();
  return sink_failure_ ? result<void>{*sink_failure_} : result<void>{};
}

// What follows from how a list or a watch ended.
void kind_watcher::settle(judgement& how, const std::stop_token& stop) {
  if (how.what == verdict::not_there && version_ + 1 < what_.versions.size()) {
    ++version_;
    return;
  }
  if (how.what == verdict::not_there)
    version_ = 0;
  const auto scopes = scopes_by_namespace(what_, with_.options);
  if (how.what == verdict::not_allowed && !scopes.empty()) {
    const bool was_whole = readers_.size() == 1;
    if (was_whole) {
      if (!positions_.empty())
        positions_.assign(scopes.size(), positions_.front());
      read_by(scopes, false);
      return;
    }
    positions_.clear();
    read_by({scope_}, true);
  }
  note(how);
  if (is_usual(how.what))
    forget_position();
  if (how.what != verdict::ok || pause_wanted_)
    pause(how, stop);
}

// -- watches ------------------------------------------------------------------------------------

judgement kind_watcher::watch(const std::stop_token& stop) {
  const auto end = watch_all(stop);
  bookmark();
  if (end.how.what == verdict::ok && !list_was_whole_)
    forget_position();
  return judge_end(end);
}

// All readers at once, until the first of them ends.
kind_reader::watch_end kind_watcher::watch_all(const std::stop_token& stop) {
  watches_ += readers_.size();
  if (readers_.size() == 1) {
    auto end = readers_.front()->watch({version(), positions_.front(), epoch_}, stop);
    positions_.front() = end.position;
    return end;
  }
  const auto together = parts_.begin(stop);
  std::mutex mutex;
  std::optional<kind_reader::watch_end> first;
  bool progressed = false;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i != readers_.size(); ++i)
      threads.emplace_back([&, i] {
        auto end = readers_[i]->watch({version(), positions_[i], epoch_}, together);
        positions_[i] = end.position;
        const std::lock_guard lock{mutex};
        progressed = progressed || end.progressed;
        if (!first)
          first = std::move(end);
        parts_.fire();
      });
  }
  first->progressed = progressed;
  return *first;
}

judgement kind_watcher::judge_end(const kind_reader::watch_end& end) {
  auto how = end.how;
  if (how.what == verdict::stopped)
    return how;
  const bool was_cut = end.began && how.trouble != http_trouble::none && how.trouble != http_trouble::refused;
  const bool was_good = end.progressed || end.lived >= watch_life_good;
  const bool was_worth_it = end.progressed || end.lived >= watch_life_min;
  if (was_good) {
    delay_.reset();
    note_success(cure::watch_progress);
  }
  if (end.progressed)
    doubt_ = 0;
  doubt_position(end, was_cut);
  if (was_worth_it && (how.what == verdict::ok || was_cut)) {
    // What stands between a server and us ends connections as it likes. Of a server that went down meanwhile,
    // the next request will tell.
    if (how.trouble == http_trouble::silent && !positions_.empty())
      with_.troubles.report(what_.plural, "asking for the watch anew: " + how.why);
    else if (was_cut)
      with_.troubles.report("", "asking for watches anew: " + how.why);
    pause_wanted_ = was_cut || !was_good || end.lived < watch_life_min;
    return {};
  }
  if (end.began)
    cure_ = cure::watch_progress;
  else
    cure_ = cure::watch_begun;
  if (how.what == verdict::ok)
    return {verdict::busy,
            fmt::format("{} ends every watch of {} at once", with_.access.server, what_.plural),
            {}};
  return how;
}

void kind_watcher::doubt_position(const kind_reader::watch_end& end, bool was_cut) {
  const auto& how = end.how;
  const bool was_short = !end.progressed && end.lived < watch_life_good;
  const bool is_gateways = how.status == 429 || (how.status >= 502 && how.status <= 504);
  const bool is_about_rights =
      how.what == verdict::not_allowed || how.what == verdict::not_there || how.what == verdict::not_known;
  if (was_cut)
    doubt_ += end.lived < watch_life_min && !end.progressed ? doubt_little : 0;
  else if (how.what == verdict::ok)
    doubt_ += !was_short ? 0 : end.lived < watch_life_min ? doubt_much : doubt_little;
  else if (end.began)
    doubt_ += doubt_much;
  else if (how.status != 0 && !is_about_rights)
    doubt_ += is_gateways ? doubt_little : doubt_much;
  if (doubt_ < doubt_max || is_usual(how.what))
    return;
  list_anew_because(fmt::format("nothing came of several watches from resourceVersion {}", position()));
  forget_position();
}

std::string kind_watcher::position() const {
  return positions_.empty() ? std::string{} : lowest(positions_);
}

// A bookmark of our own: what has been submitted up to here need not be sent again after a restart.
void kind_watcher::bookmark() {
  const auto reached = position();
  if (sink_failure_ || reached.empty() || reached == bookmarked_ || !list_was_whole_)
    return;
  observations seen;
  const auto text = scope_.text.empty() ? reached : reached + ' ' + scope_.text;
  const auto at = seen.batch.add_text(text);
  interner strings{with_.strings};
  seen.batch.facts.push_back({0, bookmarked{strings(what_.kind), at, strings(version())}});
  if (submit(std::move(seen)))
    bookmarked_ = reached;
}

bool kind_watcher::submit(observations seen) {
  if (auto taken = with_.sink.submit(std::move(seen)); !taken)
    sink_failure_ = taken.failure();
  return !sink_failure_;
}

// -- trouble ------------------------------------------------------------------------------------

void kind_watcher::list_anew_because(const std::string& why) {
  tell_list_ = with_.troubles.report(what_.plural, "listing anew: " + why) || tell_list_;
}

void kind_watcher::note(const judgement& how) {
  const bool left_out = how.what == verdict::not_allowed || how.what == verdict::not_there;
  refusals_ = left_out ? refusals_ + 1 : 0;
  if (how.what == verdict::ok)
    return;
  is_readable_ = is_readable_ && !left_out;
  if (how.what == verdict::rewound)
    with_.versions.ask_soon();
  if (is_usual(how.what))
    return list_anew_because(how.why);
  is_well_ = false;
  is_new_connection_ = true;
  auto told = how;
  if (how.what == verdict::not_allowed && what_.is_built_in)
    told.why += "; deploy/rbac.yaml has the rights that are needed";
  if (left_out && what_.kind == "Pod")
    told.why += "; without pods nothing can be tallied";
  with_.troubles.failed(what_.plural, told, left_out && has_worked_ && refusals_ < refusals_doubted);
}

void kind_watcher::note_success(cure by) {
  if (!is_readable_.exchange(true)) {
    const std::lock_guard lock{mutex_};
    readable_path_ = path_of_version(version()) + readers_.front()->path();
  }
  if (is_new_connection_.exchange(false))
    with_.versions.ask_soon();
  if (has_worked_ && is_well_)
    return;
  if (!is_well_ && by < cure_)
    return;
  has_worked_ = true;
  is_well_ = true;
  if (with_.troubles.worked(what_.plural))
    with_.on_recovery();
}

void kind_watcher::pause(const judgement& why, const std::stop_token& stop) {
  auto time = delay_.next();
  if (refusals_ >= refusals_retried)
    time = std::max(time, with_.options.retry_forbidden);
  if (why.wait)
    time = std::max(time, std::min(*why.wait, server_wait_max));
  waits_for_server_ = why.of_server && !why.wait;
  with_.time.wait(time, stop);
  waits_for_server_ = false;
}

std::string kind_watcher::readable_path() const {
  const std::lock_guard lock{mutex_};
  return is_readable_ ? readable_path_ : std::string{};
}

kube::counters kind_watcher::seen() {
  auto total = seen_;
  for (auto& each : readers_)
    kube::add(total, each->seen());
  return total;
}

} // namespace tallyman::watch
