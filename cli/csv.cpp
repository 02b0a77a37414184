#include "cli/csv.hpp"

namespace tallyman::cli {

namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos)
    return std::string{text};
  std::string quoted = "\"";
  for (const auto character : text) {
    quoted += character;
    if (character == '"')
      quoted += '"';
  }
  return quoted + '"';
}

} // namespace

std::string csv_record(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    record += i == 0 ? "" : ",";
    record += csv_field(fields[i]);
  }
  return record + "\r\n";
}

} // namespace tallyman::cli
