#pragma once

#include "kube/fact_collector.hpp"
#include "messages/string_table.hpp"
#include "watch/api_answer.hpp"
#include "watch/http_client.hpp"
#include "watch/resource_path.hpp"
#include "watch/retry_delay.hpp"
#include "watch/watch_options.hpp"

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

namespace tallyman::watch {

/// How often a watcher asked for what.
struct watch_counts {
  std::uint64_t lists = 0;   ///< begun
  std::uint64_t pages = 0;   ///< asked for
  std::uint64_t watches = 0; ///< asked for, lists that are streamed as watches included
};

/// Keeps one kind in step with the API server: list, then watch, over and over, one request at a time.
///
///     no position ──list──▶ position ──watch──▶ position ──watch──▶ ...
///          ▲                                        │ 410: too old
///          └────────────────────────────────────────┘
///
/// A position is the resourceVersion up to which everything has been submitted. Facts are submitted as they
/// arrive, page by page; only at the end of a whole list anything counts as gone. Whatever fails is tried
/// again, for ever, with growing delays; the first failure of its sort is complained about, and its end is
/// reported.
///
/// Threads: `run` in one; `counts` from any. Lifetime: all references must outlive it.
class kind_watcher {
public:
  /// `position`: as `watch_positions` has it for this kind; empty: none. Goes on from there if it is of the
  /// same scope.
  kind_watcher(resource what, const watch_options& options, http_client& server, const api_access& access,
               string_table& strings, const watch_sink& sink, const std::string& position,
               std::uint64_t seed);

  /// Until `stop` is asked for, or the sink fails, whose error it returns.
  result<void> run(const std::stop_token& stop);

  watch_counts counts() const noexcept { return {lists_, pages_, watches_}; }
  /// After `run`.
  const kube::counters& seen() noexcept { return into_.counters(); }

private:
  judgement list(const std::stop_token& stop);
  judgement list_page(const std::string& token, kube::list_page& page, const std::stop_token& stop);
  judgement streamed_list(const std::stop_token& stop);
  judgement watch(const std::stop_token& stop);
  judgement follow(const std::string& query, const std::stop_token& stop);
  judgement ask(std::string_view verb, const std::string& query, bool is_stream, const std::stop_token& stop);
  void end_list(const kube::list_page& page);

  result<void> deliver();
  void bookmark();
  bool wait(const judgement& why, const std::stop_token& stop);
  void note(const judgement& how);
  void note_success();
  void end_silent_watch(http_outcome& outcome);
  http_request request_for(const std::string& query, bool is_stream) const;
  std::string version_path() const;
  std::string next_watch_time();

  const resource what_;
  const watch_options& options_;
  const resource_scope scope_;
  http_client& server_;
  const api_access& access_;
  const watch_sink& sink_;
  interner strings_;
  kube::fact_collector into_;
  retry_delay delay_;
  std::mt19937_64 random_;

  std::size_t version_ = 0; ///< index into `what_.versions`
  std::string position_;    ///< empty: list first
  std::string bookmarked_;  ///< the position that the journal has
  bool list_was_whole_ = true;
  bool stream_lists_;
  bool page_limit_ = true; ///< false: tokens expire faster than pages come
  unsigned tokens_expired_ = 0;
  bool is_well_ = true; ///< nothing has been complained about since the last success
  bool has_worked_ = false;
  bool watch_began_ = false;  ///< the server has accepted the last one
  bool silence_told_ = false; ///< nothing has come since a watch was given up and that was reported
  unsigned refusals_ = 0;     ///< in a row: 403 or 404
  std::string complained_;
  std::optional<error> sink_failure_;

  std::atomic<std::uint64_t> lists_ = 0;
  std::atomic<std::uint64_t> pages_ = 0;
  std::atomic<std::uint64_t> watches_ = 0;
};

} // namespace tallyman::watch
