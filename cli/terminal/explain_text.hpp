#pragma once

#include "views/explain_view.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// An explanation for people: several lines, safe for a terminal.
std::string text_of(const image_explanation& shown, std::int64_t now_ms);

} // namespace tallyman::cli
