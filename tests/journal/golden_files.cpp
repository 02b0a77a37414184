#include "journal/golden_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tallyman::journal::testing {

namespace {

std::string golden(std::uint32_t version) {
  return TALLYMAN_GOLDEN + std::string("/version-") + std::to_string(version);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  INFO(path.string());
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Relative to the journal, with a slash in front, ascending.
std::vector<std::string> names_of(std::uint32_t version) {
  std::vector<std::string> found;
  for (const auto& each : std::filesystem::recursive_directory_iterator(golden(version)))
    if (each.is_regular_file())
      found.push_back(each.path().string().substr(golden(version).size()));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> names_on(const simulated_storage& disk) {
  std::vector<std::string> found;
  for (const std::string& path : disk.files())
    if (path != directory + "/lock")
      found.push_back(path.substr(directory.size()));
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace

void check_golden(const simulated_storage& disk, std::uint32_t version) {
  if (std::getenv("TALLYMAN_WRITE_GOLDEN") != nullptr) {
    std::filesystem::remove_all(golden(version));
    for (const std::string& name : names_on(disk)) {
      const std::filesystem::path path = golden(version) + name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << disk.content(directory + name);
    }
  }
  CHECK(names_on(disk) == names_of(version));
  for (const std::string& name : names_of(version)) {
    INFO(name);
    CHECK(disk.content(directory + name) == read_file(golden(version) + name));
  }
}

void load_golden(simulated_storage& disk, std::uint32_t version) {
  for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
    REQUIRE(disk.make_directory(directory + folder));
  for (const std::string& name : names_of(version))
    disk.set_content(directory + name, read_file(golden(version) + name));
}

} // namespace tallyman::journal::testing
