#include "watch/kind_reader.hpp"

#include "watch/access/http_text.hpp"
#include "watch/resource_version.hpp"

#include <fmt/format.h>

namespace tallyman::watch {

namespace {

constexpr std::size_t failure_bytes_max = 16 << 10;

std::string accept_header(bool protobuf) {
  return protobuf ? fmt::format("{},{}", protobuf_type, json_type) : std::string{json_type};
}

} // namespace

kind_reader::kind_reader(const watch_context& with, const resource& what, resource_scope scope, bool is_all,
                         std::uint64_t seed)
    : with_(with), what_(what), scope_(std::move(scope)), is_all_(is_all), server_(with.connect()),
      strings_(with.strings), into_(strings_, is_all), random_(seed) {
  into_.set_scope(scope_.text);
  into_.set_namespaces(scope_.wanted);
  into_.require_list_versions();
  into_.keep_bookmarks(is_all);
}

// -- lists --------------------------------------------------------------------------------------

judgement kind_reader::list_page(const page_question& asked, kube::list_page& page,
                                 const std::stop_token& stop) {
  std::string query = "?";
  if (asked.limit)
    query += fmt::format("limit={}", with_.options.page_items);
  if (!asked.token.empty())
    query += "&continue=" + percent_encoded(asked.token);
  auto how = ask("list", request_for(asked.version, query, false), false, stop);
  if (how.what != verdict::ok)
    return how;
  const auto& server = with_.access.server;
  const auto closed = into_.take_page();
  if (!closed)
    return {verdict::broken,
            fmt::format("list {}: {} answered with something that is no list", what_.plural, server),
            {}};
  if (closed->resource_version.empty())
    return {verdict::broken,
            fmt::format("list {}: the list of {} has no resourceVersion", what_.plural, server),
            {}};
  page = *closed;
  return how;
}

// -- watches ------------------------------------------------------------------------------------

kind_reader::watch_end kind_reader::watch(const watch_question& asked, const std::stop_token& stop) {
  asked_ = asked;
  end_ = {};
  end_.position = asked.position;
  bookmarks_before_ = into_.counters().bookmarks;
  into_.set_last_version(asked.position);
  std::string query = "?watch=1&allowWatchBookmarks=true&timeoutSeconds=" + next_watch_time();
  if (asked.position.empty()) {
    into_.forget_lists();
    into_.expect_initial_events();
    query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  } else {
    query += "&resourceVersion=" + percent_encoded(asked.position);
  }
  auto request = request_for(asked.version, query, true);
  if (asked.position.empty())
    request.silence_max = with_.options.list_silence_max;
  const auto started = with_.time.now();
  began_at_ = started;
  end_.how = ask("watch", request, true, stop);
  end_.lived = std::chrono::duration_cast<std::chrono::milliseconds>(with_.time.now() - started);
  if (end_.position.empty())
    into_.forget_lists();
  return end_;
}

std::string kind_reader::next_watch_time() {
  const auto least = with_.options.watch_time_min.count();
  return std::to_string(std::uniform_int_distribution<std::int64_t>{least, 2 * least}(random_));
}

// The position moves on with what comes. Nothing of what goes back is submitted: the journal must not have a
// position that looks as if all before it had come.
result<void> kind_reader::follow_position() {
  const auto& version = into_.last_version();
  if (end_.position.empty() || version == end_.position)
    return {};
  if (is_lower(version, end_.position)) {
    end_.how = {
        verdict::rewound, fmt::format("resourceVersion {} came after {}", version, end_.position), {}};
    static_cast<void>(into_.take());
    return error{error_kind::bad_input, end_.how.why};
  }
  end_.position = version;
  end_.progressed = true;
  return {};
}

// -- one request --------------------------------------------------------------------------------

http_request kind_reader::request_for(const std::string& version, const std::string& query,
                                      bool is_stream) const {
  const auto& options = with_.options;
  http_request request;
  request.path = path_of_version(version) + scope_.path + query + scope_.selectors;
  request.accept = accept_header(options.use_protobuf && what_.is_built_in);
  request.silence_max = is_stream ? options.watch_silence_max : options.list_silence_max;
  request.time_max =
      is_stream ? 2 * options.watch_time_min + options.watch_silence_max : options.list_time_max;
  return request;
}

struct kind_reader::answer {
  std::unique_ptr<body_decoder> decoder;
  std::string failure_body;
  std::string no_objects; ///< why there is no decoder
  judgement reported;     ///< by the server, within a 200
};

judgement kind_reader::ask(std::string_view verb, const http_request& request, bool is_stream,
                           const std::stop_token& stop) {
  answer so_far;
  const auto on_head = [&](const http_head& head) {
    if (head.status == 200)
      so_far.decoder = body_decoder::make(head.content_type, is_stream, into_);
    if (!so_far.decoder)
      so_far.no_objects =
          fmt::format("{} answered with \"{}\" instead of Kubernetes objects; is it an API server?",
                      with_.access.server, head.content_type_full);
    end_.began = so_far.decoder && is_stream;
    if (end_.began)
      on_begin(); // now, and not when it ends
  };
  const auto on_body = [&](std::string_view bytes) -> result<void> {
    if (!so_far.decoder)
      return append_bounded(so_far.failure_body, bytes, failure_bytes_max)
                 ? result<void>{}
                 : result<void>{error{error_kind::bad_input, so_far.no_objects}};
    auto fed = so_far.decoder->feed(bytes);
    if (auto failure = into_.take_failure(); !failure.message.empty())
      so_far.reported = judge(failure);
    for (const auto& warning : so_far.decoder->take_warnings())
      with_.troubles.warn(what_.plural, warning);
    if (is_stream)
      if (auto taken = take_stream(so_far); !taken)
        return taken;
    if (auto delivered = deliver(); !delivered)
      return delivered;
    return fed;
  };
  const auto outcome = server_->get(request, on_head, on_body, stop);
  if (end_.how.what == verdict::rewound)
    return std::exchange(end_.how, {});
  auto how = judge(outcome, so_far.failure_body, verb, what_.plural, with_.access);
  if (!so_far.decoder && how.what == verdict::ok) {
    how = {verdict::broken, so_far.no_objects, {}};
    how.of_server = true;
  }
  if (how.what == verdict::ok && !is_stream)
    if (auto finished = so_far.decoder->finish(); !finished)
      how = {verdict::broken, fmt::format("{} {}: {}", verb, what_.plural, finished.failure().what), {}};
  if (how.what != verdict::ok && !is_stream)
    into_.abandon_page();
  const bool was_stopped = how.what == verdict::stopped;
  return so_far.reported.what != verdict::ok && !was_stopped ? so_far.reported : how;
}

// After each piece of a watch. An error ends the request.
result<void> kind_reader::take_stream(answer& so_far) {
  if (end_.position.empty()) {
    if (const auto page = into_.take_page()) {
      end_.position = page->resource_version;
      on_list(*page);
    } else if (into_.counters().bookmarks != bookmarks_before_) {
      end_.is_ignorant = true;
      return error{error_kind::bad_input, "a bookmark that does not end the initial events"};
    } else if (with_.time.now() - began_at_ > with_.options.list_time_max) {
      return error{error_kind::bad_input, "the initial events do not end"};
    }
  }
  if (auto followed = follow_position(); !followed)
    return followed;
  if (so_far.reported.what != verdict::ok) {
    // Nothing good follows an ERROR.
    static_cast<void>(deliver());
    return error{error_kind::bad_input, so_far.reported.why};
  }
  if (end_.progressed) {
    if (what_.is_built_in)
      with_.versions.saw(end_.position, asked_.epoch);
    on_progress();
  }
  return {};
}

result<void> kind_reader::deliver() {
  auto seen = into_.take();
  if (seen.batch.facts.empty() && seen.lists.empty())
    return {};
  auto taken = with_.sink.submit(std::move(seen));
  if (!taken)
    sink_failure_ = taken.failure();
  return taken;
}

} // namespace tallyman::watch
