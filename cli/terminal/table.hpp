#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::cli {

/// A table for people: columns as wide as their widest cell, two blanks between them, no lines.
///
/// Cells may hold anything: they are made `printable` on the way in. Keeps all rows, since the widths are
/// known only at the end.
class table {
public:
  enum class align : std::uint8_t { left, right };

  struct column {
    std::string title;
    align to = align::left;
  };

  explicit table(std::vector<column> columns);

  /// One cell for each column.
  void add(std::vector<std::string> cells);

  /// All of it, title line first, each line with its newline and without blanks at its end.
  std::string text() const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// "1,234,567"
std::string with_separators(std::uint64_t number);

/// "1 image", "1,234 images"
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

/// "512 bytes", "1.5 MB": decimal units, as disks and networks are counted.
std::string format_bytes(std::uint64_t bytes);

} // namespace tallyman::cli
