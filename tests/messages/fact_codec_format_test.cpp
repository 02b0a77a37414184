#include "messages/fact_content.hpp"
#include "messages/wire/fact_codec.hpp"

#include <catch2/catch.hpp>

namespace tallyman {

namespace {

/// One fact of a kind with a different value in every field, and its payload as the first release wrote it.
/// These bytes are in journals: if one changes, the change to event.proto is wrong, not this table.
struct written_event {
  std::uint8_t type;
  std::string_view hex;
};

constexpr written_event written[] = {
    {1, "09084706050403020111908f8e8d8c8b8a89180120022a057765622d3131184716151413121139a09f9e9d9c9b9a9940"
        "0348045203776562580560046801720808141015181620177207081810ac022802"},
    {2, "09084706050403020111908f8e8d8c8b8a8918012806"},
    {3, "09084706050403020111908f8e8d8c8b8a89180720082809300a"},
    {4, "09084706050403020111908f8e8d8c8b8a891801200b280c"},
    {5, "09084706050403020111908f8e8d8c8b8a89180d200e280f320361706939184716151413121141a09f9e9d9c9b9a9948"
        "1050115a036170706012"},
    {6, "09084706050403020111908f8e8d8c8b8a89180120132814"},
    {7, "0819101a1802220774696d656f757428e0d403"},
    {8, "081b101c1801"},
    {9, "081d101e181f2020"},
    {10, "0821120233341823"},
    {11, "082412023337"},
    {12, "0880b89929"},
};

constexpr uid object{0x0102030405064708, 0x898a8b8c8d8e8f90};
constexpr uid parent{0x1112131415164718, 0x999a9b9c9d9e9fa0};

void add_observed(fact_batch& batch) {
  const container list[] = {
      {string_id{20}, string_id{21}, string_id{22}, string_id{23}, container_list::regular},
      {string_id{24}, string_id{300}, {}, {}, container_list::ephemeral}};
  batch.facts.push_back(
      {1, pod_observed{.id = object,
                       .name_space = string_id{1},
                       .node = string_id{2},
                       .name = batch.add_text("web-1"),
                       .controller = {parent, string_id{3}, string_id{4}, batch.add_text("web")},
                       .resource_version = 5,
                       .containers = batch.add_containers(list, 2),
                       .phase = pod_phase::failed,
                       .deleting = true}});
  batch.facts.push_back({2, pod_gone{object, 6, gone_reason::relist}});
  batch.facts.push_back({3, node_observed{object, string_id{7}, string_id{8}, string_id{9}, 10}});
  batch.facts.push_back({4, node_gone{object, string_id{11}, 12, gone_reason::relist}});
  batch.facts.push_back(
      {5, workload_observed{.id = object,
                            .kind = string_id{13},
                            .api_version = string_id{14},
                            .name_space = string_id{15},
                            .name = batch.add_text("api"),
                            .controller = {parent, string_id{16}, string_id{17}, batch.add_text("app")},
                            .resource_version = 18}});
  batch.facts.push_back({6, workload_gone{object, string_id{19}, 20, gone_reason::relist}});
}

void add_others(fact_batch& batch) {
  batch.facts.push_back({7, scan_finished{string_id{25}, string_id{26}, batch.add_text("timeout"), 60'000,
                                          scan_outcome::image_private}});
  batch.facts.push_back({8, remote_answered{string_id{27}, string_id{28}, true}});
  batch.facts.push_back({9, remote_acknowledged{string_id{29}, string_id{30}, string_id{31}, 32}});
  batch.facts.push_back({10, list_synced{string_id{33}, batch.add_text("34"), 35}});
  batch.facts.push_back({11, bookmarked{string_id{36}, batch.add_text("37")}});
  batch.facts.push_back({12, settings_changed{86'400'000}});
}

fact_batch one_of_each() {
  fact_batch batch;
  add_observed(batch);
  add_others(batch);
  return batch;
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string hex;
  for (const auto byte : bytes)
    for (const auto nibble : {std::to_integer<unsigned>(byte >> 4), std::to_integer<unsigned>(byte) & 0xf})
      hex += "0123456789abcdef"[nibble];
  return hex;
}

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2))
    bytes.push_back(std::byte(std::stoul(std::string{hex.substr(0, 2)}, nullptr, 16)));
  return bytes;
}

} // namespace

TEST_CASE("events are written as the first release wrote them") {
  const auto batch = one_of_each();
  REQUIRE(batch.facts.size() == std::size(written));
  fact_encoder encoder;
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    std::vector<std::byte> payload(encoder.prepare(batch, batch.facts[i]));
    encoder.write(payload);
    CHECK(static_cast<std::uint8_t>(fact_encoder::type_of(batch.facts[i])) == written[i].type);
    CHECK(to_hex(payload) == written[i].hex);
  }
}

TEST_CASE("events that the first release wrote are read as it meant them") {
  string_table strings;
  for (int i = 1; i <= 300; ++i)
    strings.intern(std::to_string(i));
  const auto batch = one_of_each();
  fact_decoder decoder;
  fact_batch out;
  for (const auto& event : written) {
    const auto time_ms = static_cast<std::int64_t>(out.facts.size()) + 1;
    REQUIRE(decoder.decode(event.type, time_ms, from_hex(event.hex), strings, out).ok());
    const auto at = out.facts.size() - 1;
    CHECK(testing::content_of(out, out.facts[at], strings) ==
          testing::content_of(batch, batch.facts[at], strings));
  }
}

TEST_CASE("the apiVersion that the second release added to three facts is written and read") {
  string_table strings;
  for (int i = 1; i <= 40; ++i)
    strings.intern(std::to_string(i));
  fact_batch batch;
  batch.facts.push_back({1, workload_gone{object, string_id{19}, 20, gone_reason::relist, string_id{31}}});
  batch.facts.push_back({2, list_synced{string_id{33}, batch.add_text("34"), 35, string_id{32}}});
  batch.facts.push_back({3, bookmarked{string_id{36}, batch.add_text("37"), string_id{33}}});
  constexpr written_event added[] = {{6, "09084706050403020111908f8e8d8c8b8a89180120132814301f"},
                                     {10, "08211202333418232020"},
                                     {11, "0824120233371821"}};
  fact_encoder encoder;
  fact_decoder decoder;
  fact_batch out;
  for (std::size_t i = 0; i < std::size(added); ++i) {
    std::vector<std::byte> payload(encoder.prepare(batch, batch.facts[i]));
    encoder.write(payload);
    CHECK(to_hex(payload) == added[i].hex);
    REQUIRE(decoder.decode(added[i].type, batch.facts[i].time_ms, from_hex(added[i].hex), strings, out).ok());
    CHECK(testing::content_of(out, out.facts[i], strings) ==
          testing::content_of(batch, batch.facts[i], strings));
  }
}

TEST_CASE("a field that a newer release added is skipped") {
  string_table strings;
  fact_decoder decoder;
  fact_batch out;
  // scan_grace_ms = 1, and field 1000 with the text "new".
  REQUIRE(decoder.decode(12, 0, from_hex("0801c23e036e6577"), strings, out).ok());
  CHECK(std::get<settings_changed>(out.facts[0].body).scan_grace_ms == 1);
}

} // namespace tallyman
