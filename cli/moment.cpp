#include "cli/moment.hpp"

#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tallyman::cli {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

error no_moment(std::string_view text) {
  return {error_kind::usage,
          fmt::format("'{}' is no moment; give a sequence like 672, a time like 2026-11-23T10:15:30Z, or how "
                      "long ago like -2h30m",
                      text)};
}

/// Errors: `usage`, for what is no moment.
result<moment> parse_moment(std::string_view text, std::int64_t now_ms) {
  if (is_number(text)) {
    std::uint64_t sequence = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), sequence).ec != std::errc{})
      return no_moment(text);
    return moment{moment::kind::sequence, sequence, 0};
  }
  if (text.starts_with('-')) {
    const auto ago_ms = parse_duration(text.substr(1));
    if (!ago_ms || *ago_ms > now_ms)
      return no_moment(text);
    return moment{moment::kind::time, 0, now_ms - *ago_ms};
  }
  const auto time_ms = parse_time(text);
  if (!time_ms)
    return no_moment(text);
  return moment{moment::kind::time, 0, *time_ms};
}

} // namespace

result<std::unique_ptr<past_journal>> past_journal::open(const cluster_arguments& arguments) {
  std::unique_ptr<past_journal> opened{new past_journal};
  journal::log_options options;
  options.read_only = true;
  auto log = journal::log::open(opened->disk_, arguments.data, options);
  if (!log)
    return log.failure();
  opened->log_ = std::move(*log);
  return opened;
}

std::uint64_t past_journal::first_event() const {
  return log_->info().history_sequence + 1;
}

error past_journal::too_early(const std::string& text) const {
  const auto first = std::max<std::uint64_t>(1, log_->info().history_sequence);
  std::string when;
  if (auto cursor = log_->replay({first}); cursor)
    if (auto batch = cursor->next(); batch && *batch)
      when = " of " + format_time((*batch)->begin()->time_ms);
  return {error_kind::usage,
          fmt::format("{} is before the history that the journal holds, which begins with event {}{}", text,
                      first, when)};
}

result<past_journal::point> past_journal::find(const std::string& text) const {
  // After a clock that was ahead was set right, the last events are of a time that is yet to come.
  const auto now = std::max(now_ms(), log_->info().last_time_ms);
  const auto wanted = parse_moment(text, now);
  if (!wanted)
    return wanted.failure();
  const auto begin = log_->info().history_sequence;
  if (wanted->given == moment::kind::sequence) {
    if (wanted->sequence > last_sequence())
      return error{error_kind::usage, fmt::format("there is no event {} yet: the journal ends with event {}",
                                                  text, last_sequence())};
    if (wanted->sequence < begin)
      return too_early("event " + text);
    return point{wanted->sequence, 0};
  }
  if (wanted->time_ms > now)
    return error{error_kind::usage, text + " is yet to come; the journal knows the past only"};
  const auto sequence = log_->sequence_at(wanted->time_ms);
  if (!sequence)
    return sequence.failure();
  if (*sequence < std::max<std::uint64_t>(1, begin))
    return too_early(text);
  return point{*sequence, wanted->time_ms};
}

result<loaded_cluster> past_journal::load(const point& at, const state_options& options) const {
  auto state = state_at(*log_, at.sequence, options);
  if (!state)
    return state.failure();
  auto view = std::make_shared<cluster_view>(state->strings);
  view->state = std::move(*state);
  const auto now = at.time_ms != 0 ? at.time_ms : view->state.time_ms;
  return loaded_cluster{cluster(), std::move(view), now};
}

void add_at(const subcommand& to, std::string& at) {
  to.add_option("--at", at,
                "As it was at that moment: after an event (672), at a time (2026-11-23T10:15:30Z), or that "
                "long ago (-2h30m; units w, d, h, m, s). What is due is judged as of then")
      .type_name(moment_type_name);
}

result<loaded_cluster> load_cluster_at(const cluster_arguments& arguments, const std::string& at,
                                       bool with_intake) {
  if (at.empty())
    return load_cluster(arguments);
  const auto journal = past_journal::open(arguments);
  if (!journal)
    return journal.failure();
  const auto point = (*journal)->find(at);
  if (!point)
    return point.failure();
  return (*journal)->load(*point, {!with_intake, arguments.ignore_snapshots});
}

} // namespace tallyman::cli
