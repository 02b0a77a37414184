#pragma once

#include "kube/fact_collector.hpp"
#include "watch/api_answer.hpp"
#include "watch/body_decoder.hpp"
#include "watch/resource.hpp"
#include "watch/resource_path.hpp"
#include "watch/watch_context.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <random>
#include <string>

namespace tallyman::watch {

/// Asks for the objects of one kind at one path, one request at a time, and submits what comes.
///
/// Threads: one at a time. Lifetime: what the context refers to, and `what`, must outlive it.
class kind_reader {
public:
  /// `is_all`: what it reads is all that is wanted of the kind, so that its lists and bookmarks speak for the
  /// kind; else they are the caller's business.
  kind_reader(const watch_context& with, const resource& what, resource_scope scope, bool is_all,
              std::uint64_t seed);

  struct page_question {
    std::string version; ///< of the kind: "apps/v1"
    std::string token;   ///< of the page; empty: the first
    bool limit = true;   ///< else all the rest in one page
  };
  judgement list_page(const page_question& asked, kube::list_page& page, const std::stop_token& stop);
  /// What has been read of a list does not belong to the next one.
  void forget_list() { into_.forget_lists(); }
  /// Whether the server's bookmarks may be journaled.
  void keep_bookmarks(bool keep) { into_.keep_bookmarks(keep && is_all_); }

  struct watch_question {
    std::string version;
    std::string position;    ///< the resourceVersion to go on from; empty: send all objects first
    std::uint64_t epoch = 0; ///< of the position
  };
  /// How a watch ended.
  struct watch_end {
    judgement how;
    bool began = false;       ///< the server had accepted it
    bool progressed = false;  ///< the position moved on
    bool is_ignorant = false; ///< the server did not send all objects first, though it was asked for them
    std::string position;     ///< empty: the initial objects did not come to their end
    std::chrono::milliseconds lived{0};
  };
  watch_end watch(const watch_question& asked, const std::stop_token& stop);

  /// Called in `watch`: the server has accepted it; something new came; all initial objects have come.
  std::function<void()> on_begin = [] {};
  std::function<void()> on_progress = [] {};
  std::function<void(const kube::list_page&)> on_list = [](const kube::list_page&) {};

  const std::string& path() const noexcept { return scope_.path; } ///< without the version's
  const std::optional<error>& sink_failure() const noexcept { return sink_failure_; }
  kube::counters& seen() noexcept { return into_.counters(); }

private:
  struct answer;

  judgement ask(std::string_view verb, const http_request& request, bool is_stream,
                const std::stop_token& stop);
  result<void> take_stream(answer& so_far);
  result<void> follow_position();
  result<void> deliver();
  http_request request_for(const std::string& version, const std::string& query, bool is_stream) const;
  std::string next_watch_time();

  const watch_context with_;
  const resource& what_;
  const resource_scope scope_;
  const bool is_all_;
  std::unique_ptr<api_connection> server_;
  interner strings_;
  kube::fact_collector into_;
  std::mt19937_64 random_;
  std::optional<error> sink_failure_;

  // of the watch that runs
  watch_question asked_;
  watch_end end_;
  pace::time_point began_at_;
  std::uint64_t bookmarks_before_ = 0;
};

} // namespace tallyman::watch
