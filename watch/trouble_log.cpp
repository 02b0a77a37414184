#include "watch/trouble_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tallyman::watch {

namespace {

using namespace std::chrono_literals;

constexpr auto quiet_first = std::chrono::seconds{10min};
constexpr auto quiet_last = std::chrono::seconds{1h};
// While the server is known to be in trouble, it has often another sort of it on its way down or up.
constexpr auto second_sort_after = 30s;
constexpr std::size_t sorts_max = 256;

/// `text` without what may differ each time: words that hold a digit, and what stands in quotes.
std::string folded(std::string_view text) {
  std::string kept;
  std::string word;
  bool has_digit = false;
  bool quoted = false;
  const auto end_word = [&] {
    if (!has_digit)
      kept += word;
    word.clear();
    has_digit = false;
  };
  for (const char c : text) {
    if (c == '"')
      quoted = !quoted;
    if (quoted)
      continue;
    if (c == ' ')
      end_word();
    else
      word += c;
    has_digit = has_digit || std::isdigit(static_cast<unsigned char>(c)) != 0;
  }
  end_word();
  return kept;
}

std::string key_of(const std::string& who, const judgement& how) {
  if (how.of_server)
    return fmt::format("{} {}", static_cast<int>(how.what), how.status);
  return fmt::format("{} {} {}", who, static_cast<int>(how.what), folded(how.why));
}

std::string line_about(const std::string& who, std::string_view what) {
  return who.empty() ? std::string{what} : fmt::format("{}: {}", who, what);
}

} // namespace

trouble_log::trouble_log(const watch_sink& sink, pace& time, std::string server)
    : sink_(sink), time_(time), server_(std::move(server)) {}

// When there are too many, what is over is forgotten; if nothing is, all further ones count as one.
trouble_log::sort& trouble_log::find(const std::string& key) {
  if (sorts_.size() >= sorts_max && !sorts_.contains(key)) {
    std::erase_if(sorts_, [now = time_.now()](const auto& each) {
      return each.second.who.empty() && each.second.quiet_until <= now;
    });
    if (sorts_.size() >= sorts_max)
      return sorts_["more"];
  }
  return sorts_[key];
}

bool trouble_log::may_tell(sort& what, unsigned often) {
  const auto now = time_.now();
  if (now < what.quiet_until)
    return false;
  if (++what.told < often)
    return true;
  what.quiet = what.quiet == 0s ? quiet_first : std::min(what.quiet * 2, quiet_last);
  what.quiet_until = now + what.quiet;
  return true;
}

// True if that was trouble of the server.
bool trouble_log::leave(const std::string& who, const sort* except) {
  bool left_server = false;
  for (auto& [key, each] : sorts_)
    if (&each != except && each.who.erase(who) > 0) {
      left_server = left_server || each.of_server;
      each.is_told = each.is_told && !each.who.empty();
    }
  return left_server;
}

void trouble_log::failed(const std::string& who, const judgement& how, bool doubted) {
  const std::lock_guard lock{mutex_};
  auto& what = find(key_of(who, how));
  leave(who, &what);
  if (what.who.empty())
    what.since = time_.now();
  what.who.insert(who);
  what.of_server = how.of_server;
  const bool is_second = how.of_server && outage_is_told_ && time_.now() - what.since < second_sort_after;
  if (what.is_told || doubted || is_second || !may_tell(what))
    return;
  what.is_told = true;
  outage_is_told_ = outage_is_told_ || how.of_server;
  const bool left_out = how.what == verdict::not_allowed || how.what == verdict::not_there;
  sink_.complain(how.of_server ? how.why
                               : fmt::format("{}{}: {}", who, left_out ? " are left out" : "", how.why));
}

bool trouble_log::worked(const std::string& who) {
  const std::lock_guard lock{mutex_};
  const bool own_was_told = std::any_of(sorts_.begin(), sorts_.end(), [&](const auto& each) {
    return !each.second.of_server && each.second.is_told && each.second.who.contains(who);
  });
  const bool left_server = leave(who, nullptr);
  const bool server_is_well = std::none_of(sorts_.begin(), sorts_.end(), [](const auto& each) {
    return each.second.of_server && !each.second.who.empty();
  });
  if (own_was_told)
    sink_.report(fmt::format("{}: works again", who));
  if (outage_is_told_ && server_is_well) {
    outage_is_told_ = false;
    sink_.report(fmt::format("{} works again", server_));
  }
  return left_server;
}

void trouble_log::warn(const std::string& who, std::string_view what, unsigned often) {
  const std::lock_guard lock{mutex_};
  if (may_tell(find(who + ' ' + folded(what)), often))
    sink_.complain(line_about(who, what));
}

bool trouble_log::report(const std::string& who, std::string_view what) {
  const std::lock_guard lock{mutex_};
  const bool tells = may_tell(find(who + ' ' + folded(what)));
  if (tells)
    sink_.report(line_about(who, what));
  return tells;
}

} // namespace tallyman::watch
