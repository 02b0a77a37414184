// The lists of `kind_watcher`: in pages, one namespace after the other, or as a stream.

#include "watch/kind_watcher.hpp"
#include "watch/resource_version.hpp"

#include <fmt/format.h>

#include <utility>

namespace tallyman::watch {

namespace {

// A selector may leave a page empty, but not page after page.
constexpr unsigned empty_pages_max = 100;
constexpr unsigned streams_failed_max = 2;

} // namespace

judgement kind_watcher::list_somehow(const std::stop_token& stop) {
  epoch_ = with_.versions.epoch();
  cure_ = is_well_ ? cure::list : cure_.load();
  ++lists_;
  auto how = readers_.size() > 1 ? list_by_namespace(stop) : stream_lists_ ? streamed_list(stop) : list(stop);
  if (how.what == verdict::ok)
    doubt_ = 0;
  return how;
}

judgement kind_watcher::list(const std::stop_token& stop) {
  kube::list_page last;
  auto how = list_pages(*readers_.front(), last, stop);
  if (how.what == verdict::ok)
    end_list({last.resource_version}, last.whole);
  return how;
}

// Of all namespaces or of none: what a list does not hold is gone, in whichever of them it was.
judgement kind_watcher::list_by_namespace(const std::stop_token& stop) {
  interner strings{with_.strings};
  const object_kind kind{strings(what_.kind), strings(version())};
  observations begin;
  begin.lists.push_back({0, kind});
  if (!submit(std::move(begin)))
    return {verdict::stopped, {}, {}};
  std::vector<std::string> versions;
  std::uint64_t items = 0;
  bool whole = true;
  for (const auto& each : readers_) {
    const auto& seen = each->seen();
    const auto errors_before = seen.errors;
    const auto items_before = each->seen().of(what_.kind, version()).read;
    kube::list_page last;
    if (auto how = list_pages(*each, last, stop); how.what != verdict::ok)
      return how;
    items += each->seen().of(what_.kind, version()).read - items_before;
    whole = whole && seen.errors == errors_before;
    versions.push_back(last.resource_version);
  }
  if (whole) {
    observations end;
    const auto at = end.batch.add_text(lowest(versions) + ' ' + scope_.text);
    end.batch.facts.push_back({0, list_synced{kind.name, at, items, kind.api_version}});
    if (!submit(std::move(end)))
      return {verdict::stopped, {}, {}};
  }
  end_list(std::move(versions), whole);
  return {};
}

std::uint64_t kind_watcher::items_taken(kind_reader& by) const {
  const auto& counted = by.seen().of(what_.kind, version());
  return counted.read + counted.skipped + by.seen().errors;
}

judgement kind_watcher::list_pages(kind_reader& from, kube::list_page& last, const std::stop_token& stop) {
  from.forget_list();
  std::string token;
  unsigned empty_pages = 0;
  for (;;) {
    ++pages_;
    kube::list_page page;
    const auto taken_before = items_taken(from);
    auto how = from.list_page({version(), token, page_limit_}, page, stop);
    if (how.what == verdict::busy && !token.empty()) {
      // Nothing of that page has come, so the list can go on.
      note(how);
      pause(how, stop);
      if (stop.stop_requested())
        return {verdict::stopped, {}, {}};
      ++pages_;
      how = from.list_page({version(), token, page_limit_}, page, stop);
    }
    if (how.what == verdict::expired && ++tokens_expired_ > 1)
      page_limit_ = false;
    if (how.what != verdict::ok)
      return how;
    last = page;
    if (page.continue_token.empty())
      return how;
    empty_pages = items_taken(from) == taken_before ? empty_pages + 1 : 0;
    if (page.continue_token == token || empty_pages > empty_pages_max)
      return {verdict::broken,
              fmt::format("list {}: {} gives page after page, and no end", what_.plural, with_.access.server),
              {}};
    token = page.continue_token;
  }
}

void kind_watcher::end_list(std::vector<std::string> positions, bool whole) {
  ++lists_end_;
  tokens_expired_ = 0;
  list_was_whole_ = whole;
  positions_ = std::move(positions);
  for (auto& each : readers_)
    each->keep_bookmarks(whole);
  bookmarked_ = whole ? position() : std::string{};
  if (what_.is_built_in)
    for (const auto& each : positions_)
      with_.versions.saw(each, epoch_);
  if (!whole)
    with_.troubles.warn(what_.plural,
                        "the list held objects that could not be read, so nothing counts as gone by it");
  else if (std::exchange(tell_list_, false))
    with_.sink.report(fmt::format("{}: listed at resourceVersion {}", what_.plural, position()));
  note_success(cure::list);
}

// A list that comes as a watch: one event for each object, and a bookmark behind the last one.
judgement kind_watcher::streamed_list(const std::stop_token& stop) {
  ++watches_;
  auto end = readers_.front()->watch({version(), {}, epoch_}, stop);
  if (!end.position.empty()) {
    streams_failed_ = 0;
    positions_ = {end.position};
    bookmark();
    return judge_end(end);
  }
  if (end.how.what == verdict::not_possible || end.is_ignorant) {
    // The server is older than 1.27, or has it switched off, or takes it for nothing.
    stream_lists_ = false;
    return list(stop);
  }
  if (end.began && end.how.what != verdict::stopped && ++streams_failed_ >= streams_failed_max)
    stream_lists_ = false;
  if (end.how.what == verdict::ok)
    return {verdict::busy,
            fmt::format("{} ended its list of {} half-way", with_.access.server, what_.plural),
            {}};
  return end.how;
}

} // namespace tallyman::watch
