#pragma once

#include <string_view>

namespace tallyman::cli {

/// Writes `tallyman: message`, made printable, as one line to standard error. Of a message of more than 4
/// KiB, which repeats what somebody gave, the middle is left out.
void complain(std::string_view message);

} // namespace tallyman::cli
