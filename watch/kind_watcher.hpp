#pragma once

#include "kube/fact_collector.hpp"
#include "watch/api_answer.hpp"
#include "watch/interruption.hpp"
#include "watch/kind_reader.hpp"
#include "watch/resource_path.hpp"
#include "watch/retry_delay.hpp"
#include "watch/watch_context.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tallyman::watch {

/// How often a watcher asked for what.
struct watch_counts {
  std::uint64_t lists = 0;     ///< begun
  std::uint64_t lists_end = 0; ///< that came to their end
  std::uint64_t pages = 0;     ///< asked for
  std::uint64_t watches = 0;   ///< asked for, lists that are streamed as watches included
};

/// Keeps one kind in step with the API server: list, then watch, over and over.
///
///     no position ──list──▶ position ──watch──▶ position ──watch──▶ ...
///          ▲                                        │ too old, gone back, or nothing comes of it
///          └────────────────────────────────────────┘
///
/// A position is the resourceVersion up to which everything has been submitted. Facts are submitted as they
/// arrive, page by page; only at the end of a whole list anything counts as gone. Whatever fails is tried
/// again, for ever, with growing delays. docs/watch.md has the table of what a server can say.
///
/// Several namespaces are read across all of them if that is allowed; else each has a list and a watch of its
/// own, side by side, and the lowest of their positions is the position of the kind.
///
/// Threads: `run` in one; `seen` after it; all others from any. Lifetime: what `with` refers to must outlive
/// it.
class kind_watcher {
public:
  /// `position`: as `watch_positions` has it for this kind; empty: none. Goes on from there if it is of the
  /// same scope.
  kind_watcher(resource what, watch_context with, const std::string& position, std::uint64_t seed);

  /// Until `stop` is asked for, or the sink fails, whose error it returns.
  result<void> run(const std::stop_token& stop);

  /// The epoch of `version_guard` has ended: lists at once.
  void begin_epoch() { round_.fire(); }
  /// The server works again: whoever waits for that need not wait any longer.
  void retry_now() {
    if (waits_for_server_)
      round_.fire();
  }

  /// A path that could be read and has not been refused since, for a question about nothing but the server;
  /// or empty. Other trouble of the kind does not count: it may come of a server that went back.
  std::string readable_path() const;

  watch_counts counts() const noexcept { return {lists_, lists_end_, pages_, watches_}; }
  kube::counters seen();

private:
  // What has to happen before it is said that the kind works again.
  enum class cure : std::uint8_t { list, watch_begun, watch_progress };

  judgement list_somehow(const std::stop_token& stop);
  judgement list(const std::stop_token& stop);
  judgement list_by_namespace(const std::stop_token& stop);
  judgement list_pages(kind_reader& from, kube::list_page& last, const std::stop_token& stop);
  std::uint64_t items_taken(kind_reader& by) const;
  judgement streamed_list(const std::stop_token& stop);
  void end_list(std::vector<std::string> positions, bool whole);

  judgement watch(const std::stop_token& stop);
  kind_reader::watch_end watch_all(const std::stop_token& stop);
  judgement judge_end(const kind_reader::watch_end& end);
  void doubt_position(const kind_reader::watch_end& end, bool was_cut);
  std::string position() const;
  void forget_position() { positions_.clear(); }
  void bookmark();

  void read_by(std::vector<resource_scope> scopes, bool is_all);
  void settle(judgement& how, const std::stop_token& stop);
  void note(const judgement& how);
  void note_success(cure by);
  void pause(const judgement& why, const std::stop_token& stop);
  void list_anew_because(const std::string& why);
  bool submit(observations seen);
  const std::string& version() const { return what_.versions[version_]; }

  const resource what_;
  const watch_context with_;
  const resource_scope scope_;
  std::uint64_t seed_;
  retry_delay delay_;
  interruption round_; ///< what `run` is in the middle of
  interruption parts_; ///< the watches of all readers

  std::vector<std::unique_ptr<kind_reader>> readers_; ///< one, or one for each namespace
  std::vector<std::string> positions_;                ///< of each reader; empty: list first
  kube::counters seen_;                               ///< by readers that are gone
  std::uint64_t epoch_ = 0;                           ///< of the positions
  std::size_t version_ = 0;                           ///< index into `what_.versions`
  std::string bookmarked_;                            ///< the position that the journal has
  bool list_was_whole_ = true;
  bool stream_lists_;
  unsigned streams_failed_ = 0; ///< streamed lists in a row
  bool page_limit_ = true;      ///< false: tokens expire faster than pages come
  unsigned tokens_expired_ = 0;
  unsigned doubt_ = 0; ///< in the position: grows with each watch that brought nothing
  bool pause_wanted_ = false;
  unsigned refusals_ = 0; ///< in a row: 403 or 404
  bool tell_list_ = true; ///< the end of the next list is worth a line
  std::optional<error> sink_failure_;

  std::atomic<bool> is_well_ = true; ///< nothing has failed since the last success
  std::atomic<cure> cure_ = cure::list;
  std::atomic<bool> has_worked_ = false;
  std::atomic<bool> is_readable_ = false;       ///< and `readable_path_` is of now
  std::atomic<bool> is_new_connection_ = false; ///< the next answer may be another server's
  std::atomic<bool> waits_for_server_ = false;
  mutable std::mutex mutex_; ///< guards `readable_path_`
  std::string readable_path_;

  std::atomic<std::uint64_t> lists_ = 0;
  std::atomic<std::uint64_t> lists_end_ = 0;
  std::atomic<std::uint64_t> pages_ = 0;
  std::atomic<std::uint64_t> watches_ = 0;
};

} // namespace tallyman::watch
