#include "cli/recording.hpp"

#include "views/inventory_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <sstream>

namespace tallyman::cli::testing {

namespace {

std::string essence_of_images(const json& images) {
  std::string lines;
  for (const auto& image : images) {
    lines += image.at("image_id").get<std::string>() + ' ' + image.at("architecture").get<std::string>() +
             ' ' + image.at("name").get<std::string>() + '\n';
    for (const auto& owner : image.at("owners")) {
      lines += "  " + owner.at("kind").get<std::string>() + ' ' + owner.at("namespace").get<std::string>() +
               '/' + owner.at("name").get<std::string>() + ' ' + owner.at("uid").get<std::string>() + '\n';
      for (const auto& pod : owner.at("pods"))
        lines += "    " + pod.get<std::string>() + '\n';
    }
  }
  return lines;
}

} // namespace

std::string recording(std::string_view name, std::string_view of) {
  return std::string{TALLYMAN_UNPACKED_DATA "/"}.append(of).append(1, '/').append(name);
}

std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  INFO(path);
  REQUIRE(file.good());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string essence_of_json(std::string_view document) {
  return essence_of_images(json::parse(document).at("images"));
}

std::string essence_of(const inventory_view& inventory) {
  auto images = json::array();
  for (const auto& image : inventory.images)
    images.push_back(json_of(image));
  return essence_of_images(images);
}

std::string expected_essence(std::string_view of) {
  static std::map<std::string, std::string, std::less<>> read;
  if (const auto known = read.find(of); known != read.end())
    return known->second;
  const auto file = std::string{TALLYMAN_TEST_DATA "/"}.append(of).append("/expected-inventory.json");
  auto expected = essence_of_json(read_file(file));
  REQUIRE_FALSE(expected.empty());
  return read.emplace(of, std::move(expected)).first->second;
}

} // namespace tallyman::cli::testing
