#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tallyman::kube::testing {

/// The projection of one JSON value, written down once more in the most obvious way, over a whole document
/// in memory. Gives the lines that `render` gives; throws for what is not acceptable.
std::vector<std::string> reference_lines(std::string_view json);

} // namespace tallyman::kube::testing
