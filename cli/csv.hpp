#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tallyman::cli {

/// One record by RFC 4180, with its CRLF: a field that holds a quote, a comma, CR or LF is quoted. Nothing
/// else is changed, so what is read back is what was given.
std::string csv_record(const std::vector<std::string>& fields);

} // namespace tallyman::cli
