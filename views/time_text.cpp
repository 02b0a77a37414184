#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace tallyman {

namespace {

constexpr std::int64_t last_time_ms = 253'402'300'799'999; // 9999-12-31T23:59:59.999Z

/// Takes digits and fixed characters off the front of a text.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  bool take(char wanted) {
    if (rest_.empty() || (rest_.front() | 0x20) != (wanted | 0x20))
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> number(std::size_t digits) {
    int value = 0;
    if (digit_count() < digits)
      return {};
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    return value;
  }

  /// Milliseconds of a decimal fraction of any length.
  std::optional<int> fraction() {
    const auto digits = digit_count();
    if (digits == 0)
      return {};
    auto shown = std::string{rest_.substr(0, std::min<std::size_t>(digits, 3))};
    shown.resize(3, '0');
    rest_.remove_prefix(digits);
    return std::stoi(shown);
  }

  bool done() const noexcept { return rest_.empty(); }

private:
  std::size_t digit_count() const { return std::min(rest_.find_first_not_of("0123456789"), rest_.size()); }

  std::string_view rest_;
};

std::optional<std::chrono::sys_days> take_date(scanner& from) {
  const auto year = from.number(4);
  if (!year || !from.take('-'))
    return {};
  const auto month = from.number(2);
  if (!month || !from.take('-'))
    return {};
  const auto day = from.number(2);
  if (!day)
    return {};
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok())
    return {};
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::milliseconds> take_clock(scanner& from) {
  const auto hour = from.number(2);
  if (!hour || *hour > 23 || !from.take(':'))
    return {};
  const auto minute = from.number(2);
  if (!minute || *minute > 59 || !from.take(':'))
    return {};
  const auto second = from.number(2);
  if (!second || *second > 59)
    return {};
  std::optional<int> fraction = 0;
  if (from.take('.'))
    fraction = from.fraction();
  if (!fraction)
    return {};
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
         std::chrono::milliseconds{*fraction};
}

std::optional<std::chrono::minutes> take_offset(scanner& from) {
  if (from.take('Z'))
    return std::chrono::minutes{0};
  const bool east = from.take('+');
  if (!east && !from.take('-'))
    return {};
  const auto hours = from.number(2);
  if (!hours || *hours > 23 || !from.take(':'))
    return {};
  const auto minutes = from.number(2);
  if (!minutes || *minutes > 59)
    return {};
  const auto offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return east ? offset : -offset;
}

} // namespace

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string format_time(std::int64_t time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds{std::clamp<std::int64_t>(time_ms, 0, last_time_ms)}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

result<std::int64_t> parse_time(std::string_view text) {
  scanner from{text};
  const auto wrong = [&] {
    return error{error_kind::usage,
                 fmt::format("'{}' is not a time; give one like 2026-11-23T10:15:30Z", text)};
  };
  const auto date = take_date(from);
  if (!date || !from.take('T'))
    return wrong();
  const auto clock = take_clock(from);
  if (!clock)
    return wrong();
  const auto offset = take_offset(from);
  if (!offset || !from.done())
    return wrong();
  const std::chrono::sys_time<std::chrono::milliseconds> time = *date + *clock - *offset;
  if (time.time_since_epoch().count() < 0)
    return wrong();
  return std::int64_t{time.time_since_epoch().count()};
}

result<std::int64_t> parse_duration(std::string_view text) {
  struct unit {
    char letter;
    std::int64_t ms;
  };
  constexpr std::array<unit, 5> units{
      {{'w', 604'800'000}, {'d', 86'400'000}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1'000}}};
  constexpr std::int64_t longest_ms = std::int64_t{1'000} * 366 * units[1].ms;
  const auto wrong = [&] {
    return error{error_kind::usage, fmt::format("'{}' is not a duration; give one like 2h30m", text)};
  };
  std::int64_t total = 0;
  auto rest = text;
  for (const auto& each : units) {
    const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits == rest.size() || rest[digits] != each.letter)
      continue;
    std::int64_t count = 0;
    if (std::from_chars(rest.data(), rest.data() + digits, count).ec != std::errc{} ||
        count > (longest_ms - total) / each.ms)
      return wrong();
    total += count * each.ms;
    rest.remove_prefix(digits + 1);
  }
  if (text.empty() || !rest.empty())
    return wrong();
  return total;
}

std::string format_duration(std::int64_t duration_ms) {
  const auto seconds = std::max<std::int64_t>(duration_ms, 0) / 1000;
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  const auto days = hours / 24;
  if (days > 0)
    return hours % 24 == 0 ? fmt::format("{}d", days) : fmt::format("{}d{}h", days, hours % 24);
  if (hours > 0)
    return minutes % 60 == 0 ? fmt::format("{}h", hours) : fmt::format("{}h{}m", hours, minutes % 60);
  if (minutes > 0)
    return seconds % 60 == 0 ? fmt::format("{}m", minutes) : fmt::format("{}m{}s", minutes, seconds % 60);
  return fmt::format("{}s", seconds);
}

} // namespace tallyman
