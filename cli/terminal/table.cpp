#include "cli/terminal/table.hpp"

#include "base/invariant.hpp"
#include "views/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tallyman::cli {

table::table(std::vector<column> columns) : columns_(std::move(columns)) {
  std::vector<std::string> titles;
  for (const auto& each : columns_)
    titles.push_back(each.title);
  add(std::move(titles));
}

void table::add(std::vector<std::string> cells) {
  invariant(cells.size() == columns_.size() && "a row has one cell for each column");
  for (auto& cell : cells)
    cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string table::text() const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  std::string all;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string filling(widths[i] - width(row[i]), ' ');
      line += i == 0 ? "" : "  ";
      line += columns_[i].to == align::left ? row[i] + filling : filling + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + '\n';
  }
  return all;
}

std::string with_separators(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3;)
    digits.insert(i -= 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_separators(count), count == 1 ? one : many);
}

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1000)
    return fmt::format("{} bytes", bytes);
  constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
  auto value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.95 would be shown as 1000.0.
  for (; value >= 999.95 && unit + 1 < units.size(); ++unit)
    value /= 1000;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

} // namespace tallyman::cli
