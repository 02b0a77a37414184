#include "watch/kind_watcher.hpp"

#include "watch/body_decoder.hpp"
#include "watch/http_text.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

namespace tallyman::watch {

namespace {

using clock = std::chrono::steady_clock;

// A watch that lived shorter and brought nothing was not worth having.
constexpr auto watch_life_min = std::chrono::seconds{1};
// An API server that has just started refuses everybody until it has read the roles: a kind that worked
// before is not called forbidden at once, and none is given up at once.
constexpr unsigned refusals_doubted = 3;
constexpr unsigned refusals_retried = 6;
constexpr std::size_t failure_bytes_max = 16 << 10;

std::string accept_header(bool protobuf) {
  return protobuf ? fmt::format("{},{}", protobuf_type, json_type) : std::string{json_type};
}

/// What of a journaled position is the resourceVersion; empty if it is of another scope.
std::string version_in(const std::string& position, const std::string& scope) {
  const auto space = position.find(' ');
  const auto written = space == std::string::npos ? std::string{} : position.substr(space + 1);
  return written == scope ? position.substr(0, space) : std::string{};
}

} // namespace

kind_watcher::kind_watcher(resource what, const watch_options& options, http_client& server,
                           const api_access& access, string_table& strings, const watch_sink& sink,
                           const std::string& position, std::uint64_t seed)
    : what_(std::move(what)), options_(options), scope_(scope_of(what_, options)), server_(server),
      access_(access), sink_(sink), strings_(strings), into_(strings_, true),
      delay_(options.retry_first, options.retry_last, seed), random_(seed + 1),
      position_(version_in(position, scope_.text)), bookmarked_(position_),
      stream_lists_(options.stream_lists) {
  into_.set_scope(scope_.text);
  into_.set_namespaces(scope_.wanted);
  into_.require_list_versions();
}

result<void> kind_watcher::run(const std::stop_token& stop) {
  if (!position_.empty())
    sink_.report(
        fmt::format("{}: going on from resourceVersion {}, without a list", what_.plural, position_));
  while (!stop.stop_requested() && !sink_failure_) {
    auto how = !position_.empty() ? watch(stop) : stream_lists_ ? streamed_list(stop) : list(stop);
    if (sink_failure_ || how.what == verdict::stopped)
      break;
    if (how.what == verdict::not_there && version_ + 1 < what_.versions.size()) {
      ++version_;
      continue;
    }
    if (how.what == verdict::not_there)
      version_ = 0;
    note(how);
    if (how.what == verdict::expired || how.what == verdict::ahead)
      position_.clear();
    if (how.what != verdict::ok && !wait(how, stop))
      break;
  }
  bookmark();
  return sink_failure_ ? result<void>{*sink_failure_} : result<void>{};
}

// -- lists --------------------------------------------------------------------------------------

judgement kind_watcher::list(const std::stop_token& stop) {
  ++lists_;
  into_.forget_lists();
  std::string token;
  for (;;) {
    kube::list_page page;
    auto how = list_page(token, page, stop);
    if (how.what == verdict::busy && !token.empty()) {
      // Nothing of that page has come, so the list can go on.
      note(how);
      if (!wait(how, stop))
        return {verdict::stopped, {}, {}};
      how = list_page(token, page, stop);
    }
    if (how.what == verdict::expired && ++tokens_expired_ > 1)
      page_limit_ = false;
    if (how.what != verdict::ok)
      return how;
    if (page.continue_token.empty()) {
      end_list(page);
      return how;
    }
    token = page.continue_token;
  }
}

judgement kind_watcher::list_page(const std::string& token, kube::list_page& page,
                                  const std::stop_token& stop) {
  ++pages_;
  std::string query = "?";
  if (page_limit_)
    query += fmt::format("limit={}", options_.page_items);
  if (!token.empty())
    query += "&continue=" + percent_encoded(token);
  auto how = ask("list", query + scope_.selectors, false, stop);
  if (how.what != verdict::ok)
    return how;
  const auto closed = into_.take_page();
  if (!closed)
    return {verdict::broken,
            fmt::format("list {}: {} answered with something that is no list", what_.plural, access_.server),
            {}};
  if (closed->resource_version.empty())
    return {verdict::broken,
            fmt::format("list {}: the list of {} has no resourceVersion", what_.plural, access_.server),
            {}};
  page = *closed;
  return how;
}

void kind_watcher::end_list(const kube::list_page& page) {
  tokens_expired_ = 0;
  list_was_whole_ = page.whole;
  into_.keep_bookmarks(page.whole);
  position_ = page.resource_version;
  bookmarked_ = page.whole ? position_ : std::string{};
  if (page.whole)
    sink_.report(fmt::format("{}: listed at resourceVersion {}", what_.plural, position_));
  else
    sink_.complain(fmt::format(
        "{}: the list held objects that could not be read, so nothing counts as gone by it", what_.plural));
}

// A list that comes as a watch: one event for each object, and a bookmark behind the last one.
judgement kind_watcher::streamed_list(const std::stop_token& stop) {
  ++lists_;
  into_.forget_lists();
  into_.expect_initial_events();
  auto how = follow("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", stop);
  if (how.what == verdict::not_possible) {
    // The server is older than 1.27, or has it switched off.
    stream_lists_ = false;
    --lists_;
    return list(stop);
  }
  if (!position_.empty()) {
    delay_.reset();
    return how;
  }
  into_.forget_lists();
  if (how.what == verdict::ok)
    return {verdict::busy, fmt::format("{} ended its list of {} half-way", access_.server, what_.plural), {}};
  return how;
}

// -- watches ------------------------------------------------------------------------------------

judgement kind_watcher::watch(const std::stop_token& stop) {
  const auto started = clock::now();
  const auto events_before = into_.counters().watch_events;
  auto how = follow("&resourceVersion=" + percent_encoded(position_), stop);
  bookmark();
  if (how.what == verdict::ok && !list_was_whole_)
    position_.clear();
  const bool was_worth_it =
      into_.counters().watch_events != events_before || clock::now() - started >= watch_life_min;
  if (how.what == verdict::ok && !was_worth_it)
    return {
        verdict::busy, fmt::format("{} ends every watch of {} at once", access_.server, what_.plural), {}};
  // Not after a list: a server that takes back every resourceVersion it gives must not be asked faster and
  // faster.
  if (watch_began_ && was_worth_it && how.what != verdict::expired && how.what != verdict::ahead)
    delay_.reset();
  return how;
}

judgement kind_watcher::follow(const std::string& query, const std::stop_token& stop) {
  ++watches_;
  watch_began_ = false;
  into_.set_last_version(position_);
  auto how =
      ask("watch",
          "?watch=1&allowWatchBookmarks=true&timeoutSeconds=" + next_watch_time() + query + scope_.selectors,
          true, stop);
  if (!position_.empty())
    position_ = into_.last_version();
  return how;
}

std::string kind_watcher::next_watch_time() {
  const auto least = options_.watch_time_min.count();
  return std::to_string(std::uniform_int_distribution<std::int64_t>{least, 2 * least}(random_));
}

// A bookmark of our own: what has been submitted up to here need not be sent again after a restart.
void kind_watcher::bookmark() {
  if (sink_failure_ || position_.empty() || position_ == bookmarked_ || !list_was_whole_)
    return;
  observations seen;
  const auto text = scope_.text.empty() ? position_ : position_ + ' ' + scope_.text;
  const auto version = seen.batch.add_text(text);
  seen.batch.facts.push_back(
      {0, bookmarked{strings_(what_.kind), version, strings_(what_.versions[version_])}});
  if (auto taken = sink_.submit(std::move(seen)); !taken)
    sink_failure_ = taken.failure();
  bookmarked_ = position_;
}

// -- one request --------------------------------------------------------------------------------

http_request kind_watcher::request_for(const std::string& query, bool is_stream) const {
  http_request request;
  request.path = version_path() + query;
  request.accept = accept_header(options_.use_protobuf && what_.has_protobuf);
  request.silence_max = is_stream ? options_.watch_silence_max : options_.list_silence_max;
  request.time_max =
      is_stream ? 2 * options_.watch_time_min + options_.watch_silence_max : options_.list_time_max;
  return request;
}

judgement kind_watcher::ask(std::string_view verb, const std::string& query, bool is_stream,
                            const std::stop_token& stop) {
  std::unique_ptr<body_decoder> decoder;
  std::string failure_body;
  judgement reported;
  std::string no_objects;
  const auto on_head = [&](const http_head& head) {
    if (head.status == 200)
      decoder = body_decoder::make(head.content_type, is_stream, into_);
    if (!decoder)
      no_objects = fmt::format("{} answered with \"{}\" instead of Kubernetes objects; is it an API server?",
                               access_.server, head.content_type_full);
    watch_began_ = decoder && is_stream;
    if (watch_began_)
      note_success(); // now, and not when it ends
  };
  const auto on_body = [&](std::string_view bytes) -> result<void> {
    if (!decoder)
      return append_bounded(failure_body, bytes, failure_bytes_max)
                 ? result<void>{}
                 : result<void>{error{error_kind::bad_input, no_objects}};
    silence_told_ = false;
    auto fed = decoder->feed(bytes);
    if (auto failure = into_.take_failure(); !failure.message.empty())
      reported = judge(failure);
    for (const auto& warning : decoder->take_warnings())
      sink_.complain(fmt::format("{}: {}", what_.plural, warning));
    if (const auto page = is_stream ? into_.take_page() : std::nullopt)
      end_list(*page);
    if (auto delivered = deliver(); !delivered)
      return delivered;
    return fed;
  };
  auto outcome = server_.get(request_for(query, is_stream), on_head, on_body, stop);
  if (is_stream && outcome.trouble == http_trouble::silent && outcome.head.status == 200)
    end_silent_watch(outcome);
  auto how = judge(outcome, failure_body, verb, what_.plural, access_);
  if (how.what == verdict::ok && !decoder)
    return {verdict::broken, fmt::format("{} {}: {}", verb, what_.plural, no_objects), {}};
  if (how.what == verdict::ok && !is_stream)
    if (auto finished = decoder->finish(); !finished)
      how = {verdict::broken, fmt::format("{} {}: {}", verb, what_.plural, finished.failure().what), {}};
  if (how.what != verdict::ok && !is_stream)
    into_.abandon_page();
  return how.what == verdict::ok && reported.what != verdict::ok ? reported : how;
}

// Perhaps nothing happens, perhaps nobody is there any more: the next request will tell. A quiet kind on a
// server that sends no bookmarks is asked for again and again, which is worth one line.
void kind_watcher::end_silent_watch(http_outcome& outcome) {
  if (!silence_told_)
    sink_.report(fmt::format("{}: asking for the watch anew: {}", what_.plural, outcome.failure.what));
  silence_told_ = true;
  outcome.trouble = http_trouble::none;
}

std::string kind_watcher::version_path() const {
  return path_of_version(what_.versions[version_]) + scope_.path;
}

result<void> kind_watcher::deliver() {
  auto seen = into_.take();
  if (seen.batch.facts.empty() && seen.lists.empty())
    return {};
  auto taken = sink_.submit(std::move(seen));
  if (!taken)
    sink_failure_ = taken.failure();
  return taken;
}

// -- trouble ------------------------------------------------------------------------------------

void kind_watcher::note(const judgement& how) {
  const bool left_out = how.what == verdict::not_allowed || how.what == verdict::not_there;
  refusals_ = left_out ? refusals_ + 1 : 0;
  if (how.what == verdict::ok) {
    note_success();
    return;
  }
  const bool is_usual = how.what == verdict::expired || how.what == verdict::ahead;
  if (is_usual) {
    sink_.report(fmt::format("{}: listing anew: {}", what_.plural, how.why));
    return;
  }
  is_well_ = false;
  if (how.why == complained_ || (left_out && has_worked_ && refusals_ < refusals_doubted))
    return;
  complained_ = how.why;
  sink_.complain(fmt::format("{}{}: {}", what_.plural, left_out ? " are left out" : "", how.why));
}

void kind_watcher::note_success() {
  if (!is_well_)
    sink_.report(fmt::format("{}: works again", what_.plural));
  has_worked_ = true;
  is_well_ = true;
  complained_.clear();
}

bool kind_watcher::wait(const judgement& why, const std::stop_token& stop) {
  auto time = delay_.next();
  if (refusals_ >= refusals_retried)
    time = std::max(time, options_.retry_forbidden);
  if (why.wait)
    time = std::max(time, *why.wait);
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

} // namespace tallyman::watch
