#include "views/csv.hpp"

#include "views/printable_text.hpp"

namespace tallyman {

namespace {

std::string csv_field(std::string_view raw) {
  // Names are chosen by whoever may create a pod; a terminal must not obey them.
  auto text = printable(raw);
  if (text.find_first_of("\",") == std::string_view::npos)
    return text;
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

} // namespace tallyman
