#pragma once

#include <string_view>

namespace tallyman::cli {

/// Writes `tallyman: message`, made printable, as one line to standard error.
void complain(std::string_view message);

} // namespace tallyman::cli
