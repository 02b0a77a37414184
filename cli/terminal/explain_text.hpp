#pragma once

#include "views/explain_view.hpp"
#include "views/json_text.hpp"

#include <string>
#include <vector>

namespace tallyman::cli {

/// An explanation for people: several lines, safe for a terminal.
std::string text_of(const image_explanation& shown, std::int64_t now_ms);

/// The image as `tallyman images -o json` has it, with an object for each pod in place of its uid, and
/// `next`.
json json_of(const image_explanation& shown);

/// An array of them, over several lines, without the end of the last.
std::string json_text_of(const std::vector<image_explanation>& all);

} // namespace tallyman::cli
