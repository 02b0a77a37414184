#pragma once

#include "views/inventory_view.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// For people; `now_ms` is what ages are counted from.
void write_inventory_table(const inventory_view& inventory, std::int64_t now_ms, output& out);

/// What of an image_id a person needs to tell it from others: the algorithm and 12 digits of a digest; "-" if
/// it says no more than the name; else as it is, cut to 40 bytes.
std::string short_image_id(const std::string& image_id, const std::string& name);

} // namespace tallyman::cli
