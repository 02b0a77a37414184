#pragma once

#include "views/diff_view.hpp"

namespace tallyman::cli {

/// For people.
void write_diff_table(const diff_view& shown, output& out);

} // namespace tallyman::cli
