#pragma once

#include "journal/verify.hpp"

#include <string>

namespace tallyman::cli {

/// Figures about a journal for people, one a line.
/// `limits`: what the figures' `would_go` was asked about.
std::string text_of(const journal::journal_stat& figures, const journal::retention_limits& limits);

/// The same as JSON over several lines, without the end of the last.
std::string json_text_of(const journal::journal_stat& figures);

} // namespace tallyman::cli
