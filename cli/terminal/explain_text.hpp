#pragma once

#include "views/explain_view.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// What `explain` shows people at most, unless they ask for all: some 1,000 lines.
constexpr explain_bounds shown_to_people{10, 10, 10};

/// An explanation for people: several lines, safe for a terminal. Says how much it leaves out, and how to see
/// it.
std::string text_of(const image_explanation& shown, std::int64_t now_ms);
std::string text_of(const explanation& all, std::int64_t now_ms);

} // namespace tallyman::cli
