#include "journal/format/batch.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/segment.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace tallyman::journal::testing {

namespace {

std::string format_document() {
  std::ifstream file{TALLYMAN_FORMAT};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string bytes_of_hex(std::string hex) {
  hex.erase(std::remove(hex.begin(), hex.end(), ' '), hex.end());
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// The batch that the document spells out, without padding. Each line must begin where the one before it
/// ends.
std::string example_batch(const std::string& document) {
  constexpr std::size_t begin = 0x1000;
  const std::regex line{"^([0-9a-f]{4})  ((?:[0-9a-f]{8,} ?)+) *"};
  std::istringstream lines{document.substr(document.find("## An example"))};
  std::string bytes;
  for (std::string text; std::getline(lines, text);) {
    std::smatch found;
    if (!std::regex_search(text, found, line))
      continue;
    INFO(text);
    CHECK(std::stoul(found[1].str(), nullptr, 16) == begin + bytes.size());
    bytes += bytes_of_hex(found[2].str());
  }
  return bytes;
}

journal_id example_id(const std::string& document) {
  std::smatch found;
  REQUIRE(std::regex_search(document, found, std::regex{"16 bytes are `([0-9a-f]{32})`"}));
  const auto bytes = bytes_of_hex(found[1].str());
  field_reader fields(bytes.data());
  journal_id id;
  id.high = fields.get<std::uint64_t>();
  id.low = fields.get<std::uint64_t>();
  return id;
}

} // namespace

TEST_CASE("the example in FORMAT.md is a sound batch, and says of each byte what it is") {
  const auto document = format_document();
  auto stored = example_batch(document);
  REQUIRE(stored.size() == 96 + 216);
  stored.resize(block_bytes);
  const auto header = read_batch_header(stored.data());
  REQUIRE(header);
  CHECK(header->number == 1);
  CHECK(header->event_count == 2);
  CHECK(header->record_count == 7);
  CHECK(header->payload_bytes == 216);
  CHECK(header->time_ms == 1'795'819'334'712);
  CHECK(header->offset == 4096);
  CHECK(header->payload_checksum == checksum(std::string_view{stored}.substr(batch_header_bytes)));
  CHECK(header->chain == chain_of(chain_seed(example_id(document)), stored.data()));

  const auto payload = std::string_view{stored}.substr(batch_header_bytes, header->payload_bytes);
  CHECK(payload_fault(*header, payload).empty());
  std::vector<std::string> kinds;
  for (const auto& each : batch_view(header->facts(), payload))
    kinds.push_back((each.definition ? "definition " : "event ") + std::to_string(each.type) + " at " +
                    std::to_string(each.sequence));
  CHECK(kinds == std::vector<std::string>{"event 12 at 1", "definition 1 at 2", "definition 1 at 2",
                                          "definition 1 at 2", "definition 1 at 2", "definition 1 at 2",
                                          "event 1 at 2"});
}

} // namespace tallyman::journal::testing
