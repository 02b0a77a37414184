#pragma once

#include "cli/json_text.hpp"
#include "journal/verify.hpp"

#include <string>

namespace tallyman::cli {

/// Figures about a journal for people, one a line.
std::string text_of(const journal::journal_stat& figures);

json json_of(const journal::journal_stat& figures);

} // namespace tallyman::cli
