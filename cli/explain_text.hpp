#pragma once

#include "cli/explain_view.hpp"
#include "cli/json_text.hpp"

#include <string>

namespace tallyman::cli {

/// An explanation for people: several lines, safe for a terminal.
std::string text_of(const image_explanation& shown, std::int64_t now_ms);

/// The image as `tallyman images -o json` has it, with an object for each pod in place of its uid, and
/// `next`.
json json_of(const image_explanation& shown);

} // namespace tallyman::cli
