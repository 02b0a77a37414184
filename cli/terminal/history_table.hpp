#pragma once

#include "views/history_view.hpp"

namespace tallyman::cli {

/// For people.
void write_history_table(const history_view& history, output& out);

} // namespace tallyman::cli
