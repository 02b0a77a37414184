#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// One record by RFC 4180, with its CRLF: a field that holds a quote or a comma is quoted. Fields are made
/// `printable` first, so that a record is one line and safe to look at; `-o json` has them as they are.
std::string csv_record(const std::vector<std::string>& fields);

} // namespace tallyman
