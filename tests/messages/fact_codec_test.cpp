#include "messages/fact_content.hpp"
#include "messages/random_facts.hpp"
#include "messages/seed.hpp"
#include "messages/wire/fact_codec.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace tallyman {

namespace {

std::vector<std::byte> encode(fact_encoder& encoder, const fact_batch& batch, const fact& item) {
  std::vector<std::byte> payload(encoder.prepare(batch, item));
  encoder.write(payload);
  return payload;
}

std::uint8_t type_byte(const fact& item) {
  return static_cast<std::uint8_t>(fact_encoder::type_of(item));
}

pod_observed pod_with(fact_batch& batch, std::size_t containers) {
  const std::vector<container> list(containers, container{.list = container_list::init});
  pod_observed pod;
  pod.containers = batch.add_containers(list.data(), list.size());
  return pod;
}

} // namespace

TEST_CASE("every kind of fact is the same after encoding and decoding") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  fact_batch before;
  for (int i = 0; i < 6'000; ++i)
    random.add(before, random.up_to(testing::fact_kinds - 1));

  fact_encoder encoder;
  fact_decoder decoder;
  fact_batch after;
  for (const auto& item : before.facts) {
    const auto decoded =
        decoder.decode(type_byte(item), item.time_ms, encode(encoder, before, item), strings, after);
    REQUIRE(decoded.ok());
  }
  REQUIRE(after.facts.size() == before.facts.size());
  for (std::size_t i = 0; i < after.facts.size(); ++i)
    REQUIRE(testing::content_of(after, after.facts[i], strings) ==
            testing::content_of(before, before.facts[i], strings));
}

TEST_CASE("each kind of fact has a record type of its own") {
  string_table strings;
  testing::random_facts random{1, strings};
  fact_batch batch;
  std::set<record_type> types;
  for (std::size_t kind = 0; kind < testing::fact_kinds; ++kind) {
    random.add(batch, kind);
    types.insert(fact_encoder::type_of(batch.facts.back()));
  }
  CHECK(types.size() == testing::fact_kinds);
}

TEST_CASE("nothing of an earlier event is left in a later one that is empty") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  const fact_body empty[testing::fact_kinds] = {pod_observed{},  pod_gone{},          node_observed{},
                                                node_gone{},     workload_observed{}, workload_gone{},
                                                scan_finished{}, remote_answered{},   remote_acknowledged{},
                                                list_synced{},   bookmarked{},        settings_changed{}};
  fact_encoder encoder;
  fact_decoder decoder;
  for (std::size_t kind = 0; kind < testing::fact_kinds; ++kind) {
    fact_batch batch;
    for (int i = 0; i < 20; ++i)
      random.add(batch, kind);
    batch.facts.push_back({0, empty[kind]});
    fact_batch out;
    for (const auto& item : batch.facts)
      REQUIRE(decoder.decode(type_byte(item), item.time_ms, encode(encoder, batch, item), strings, out).ok());
    CHECK(encoder.prepare(batch, batch.facts.back()) == 0);
    CHECK(testing::content_of(out, out.facts.back(), strings) ==
          testing::content_of(batch, batch.facts.back(), strings));
  }
}

TEST_CASE("a payload can be written again where a first buffer was given up") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  fact_batch batch;
  random.add(batch, 0);
  fact_encoder encoder;
  const auto first = encode(encoder, batch, batch.facts[0]);
  std::vector<std::byte> second(first.size());
  encoder.write(second);
  CHECK(first == second);
}

TEST_CASE("a text that is not UTF-8 is not refused at replay") {
  string_table strings;
  fact_batch batch;
  const std::string latin = "registre injoignable: d\xe9lai d\xe9pass\xe9";
  batch.facts.push_back({0, scan_finished{.error = batch.add_text(latin)}});
  fact_encoder encoder;
  fact_decoder decoder;
  fact_batch out;
  const auto& item = batch.facts[0];
  REQUIRE(decoder.decode(type_byte(item), 0, encode(encoder, batch, item), strings, out).ok());
  CHECK(out.text(std::get<scan_finished>(out.facts[0].body).error) == latin);
}

TEST_CASE("a pod with the most containers that are allowed is decoded") {
  string_table strings;
  fact_batch batch;
  batch.facts.push_back({0, pod_with(batch, containers_per_pod_max)});
  fact_encoder encoder;
  fact_decoder decoder;
  fact_batch out;
  const auto& item = batch.facts[0];
  REQUIRE(decoder.decode(type_byte(item), 0, encode(encoder, batch, item), strings, out).ok());
  CHECK(out.containers == batch.containers);
}

TEST_CASE("the largest pod fits into a batch of the journal") {
  constexpr std::size_t batch_bytes_max = 1 << 20;
  constexpr string_id largest{0xffff'ffff};
  fact_batch batch;
  const std::vector<container> list(containers_per_pod_max,
                                    {largest, largest, largest, largest, container_list::ephemeral});
  pod_observed pod;
  pod.containers = batch.add_containers(list.data(), list.size());
  batch.facts.push_back({0, pod});
  fact_encoder encoder;
  CHECK(encoder.prepare(batch, batch.facts[0]) < batch_bytes_max / 2);
}

} // namespace tallyman
