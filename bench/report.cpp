#include "bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <string_view>

namespace tallyman::bench {

namespace {

using row = std::vector<std::string>;

/// Four digits that say something; thousands in groups.
std::string number(double value) {
  const auto size = std::abs(value);
  if (size < 1'000)
    return fmt::format("{:.{}f}", value,
                       size >= 100 || value == std::floor(value) ? 0
                       : size >= 10                              ? 1
                       : size >= 1                               ? 2
                                                                 : 3);
  auto digits = fmt::format("{:.0f}", value);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (auto at = digits.size(); at > first + 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

row titles(const report_line& line) {
  row cells{"bench", "what", "cores", "fs", "sync"};
  for (const auto& each : line.figures)
    cells.push_back(each.name);
  return cells;
}

row cells_of(const report_line& line) {
  row cells{line.bench, line.what, std::to_string(line.where.cores), line.where.file_system,
            line.where.sync_mode};
  for (const auto& each : line.figures)
    cells.push_back(number(each.value));
  return cells;
}

bool same_columns(const report_line& a, const report_line& b) {
  return titles(a) == titles(b);
}

std::string block_text(const std::vector<row>& rows) {
  constexpr std::size_t left_aligned = 2;
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& cells : rows)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  std::string text;
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      text += i < left_aligned ? fmt::format("{:<{}}  ", cells[i], widths[i])
                               : fmt::format("{:>{}}  ", cells[i], widths[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

} // namespace

double report_line::operator[](const std::string& name) const {
  for (const auto& each : figures)
    if (each.name == name)
      return each.value;
  return 0;
}

std::string report::table() const {
  std::string text;
  for (auto first = lines_.begin(); first != lines_.end();) {
    std::vector<row> rows{titles(*first)};
    auto next = first;
    for (; next != lines_.end() && same_columns(*first, *next); ++next)
      rows.push_back(cells_of(*next));
    text += (text.empty() ? "" : "\n") + block_text(rows);
    first = next;
  }
  return text;
}

nlohmann::ordered_json report::json() const {
  auto all = nlohmann::ordered_json::array();
  for (const auto& line : lines_) {
    nlohmann::ordered_json one{{"bench", line.bench},
                               {"what", line.what},
                               {"cores", line.where.cores},
                               {"file_system", line.where.file_system},
                               {"sync_mode", line.where.sync_mode}};
    for (const auto& each : line.figures)
      one[each.name] = each.value;
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<report_line> report::lines_of(const nlohmann::ordered_json& json) {
  std::vector<report_line> lines;
  for (const auto& one : json) {
    report_line line{one.value("bench", ""), one.value("what", ""), {}, {}};
    line.where = {one.value("cores", 1u), one.value("file_system", ""), one.value("sync_mode", "")};
    for (const auto& [name, value] : one.items())
      if (value.is_number() && name != "cores")
        line.figures.push_back({name, value.get<double>()});
    lines.push_back(std::move(line));
  }
  return lines;
}

result<void> write_json(const std::string& path, const nlohmann::ordered_json& json) {
  std::ofstream file{path};
  file << json.dump(2) << '\n';
  file.close();
  if (!file)
    return error{error_kind::io, path + ": cannot be written; give --json a path that can"};
  return {};
}

} // namespace tallyman::bench
