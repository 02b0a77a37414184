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

} // namespace tallyman
