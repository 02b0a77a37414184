#pragma once

#include "views/inventory_view.hpp"

#include <string>
#include <string_view>

namespace tallyman::cli::testing {

/// The path of a file of a recording, unpacked.
std::string recording(std::string_view name, std::string_view of = "kubernetes-1.20-rollouts");

std::string read_file(const std::string& path);

/// Images, owners and pods, as canonical text: what `expected-inventory.json` says of an inventory. Two are
/// equal exactly if the inventories are, and a test that fails prints where they part.
std::string essence_of_json(std::string_view document);
std::string essence_of(const inventory_view& inventory);
std::string expected_essence(std::string_view of = "kubernetes-1.20-rollouts");

} // namespace tallyman::cli::testing
