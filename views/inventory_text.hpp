#pragma once

#include "views/inventory_view.hpp"
#include "views/json_text.hpp"
#include "views/output.hpp"

#include <string>

namespace tallyman {

/// The inventory as one JSON document, one line for each image (docs/cli.md has its shape). Streamed, so that
/// memory does not grow with it.
void write_inventory_json(const inventory_view& inventory, output& out);

/// One image of that document.
json json_of(const image_row& image);

/// One record for each (image, owner), below a header.
void write_inventory_csv(const inventory_view& inventory, output& out);

/// For people; `now_ms` is what ages are counted from.
void write_inventory_table(const inventory_view& inventory, std::int64_t now_ms, output& out);

/// What of an image_id a person needs to tell it from others: the algorithm and 12 digits of a digest; "-" if
/// it says no more than the name; else as it is, cut to 40 bytes.
std::string short_image_id(const std::string& image_id, const std::string& name);

} // namespace tallyman
