#include "messages/random_facts.hpp"
#include "messages/seed.hpp"
#include "messages/wire/fact_codec.hpp"
#include "messages/wire/record_glance.hpp"

#include <catch2/catch.hpp>

namespace tallyman {

namespace {

std::vector<std::byte> encode(const fact_batch& batch, const fact& item) {
  fact_encoder encoder;
  std::vector<std::byte> payload(encoder.prepare(batch, item));
  encoder.write(payload);
  return payload;
}

template <class Body>
constexpr bool has_uid = requires(const Body& body) {
  body.id;
};

void check_pod(const std::vector<std::byte>& payload, const fact_batch& batch, const pod_observed& pod) {
  pod_glance seen;
  seen.containers.resize(3); // what an earlier glance left
  REQUIRE(glance_at(payload, seen));
  CHECK(seen.id == pod.id);
  CHECK(seen.controller == pod.controller.id);
  CHECK(seen.controller_kind == pod.controller.kind);
  CHECK(seen.name_space == pod.name_space);
  CHECK(seen.name == batch.text(pod.name));
  CHECK(seen.controller_name == batch.text(pod.controller.name));
  CHECK(seen.ended == (pod.phase == pod_phase::succeeded || pod.phase == pod_phase::failed));
  REQUIRE(seen.containers.size() == pod.containers.length);
  for (std::size_t i = 0; i < seen.containers.size(); ++i) {
    CHECK(seen.containers[i].image == batch.begin_of(pod.containers)[i].image);
    CHECK(seen.containers[i].image_id == batch.begin_of(pod.containers)[i].image_id);
  }
}

void check_workload(const std::vector<std::byte>& payload, const fact_batch& batch,
                    const workload_observed& workload) {
  workload_glance seen;
  REQUIRE(glance_at(payload, seen));
  CHECK(seen.id == workload.id);
  CHECK(seen.controller == workload.controller.id);
  CHECK(seen.controller_kind == workload.controller.kind);
  CHECK(seen.controller_name == batch.text(workload.controller.name));
}

} // namespace

TEST_CASE("a glance at a record sees what decoding it gives") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  fact_batch batch;
  for (int i = 0; i < 6'000; ++i)
    random.add(batch, random.up_to(std::variant_size_v<fact_body> - 1));
  for (const auto& item : batch.facts) {
    const auto payload = encode(batch, item);
    std::visit(
        [&]<class Body>(const Body& body) {
          if constexpr (has_uid<Body>)
            REQUIRE(glance_at_uid(payload) == std::optional{body.id});
        },
        item.body);
    if (const auto* pod = std::get_if<pod_observed>(&item.body))
      check_pod(payload, batch, *pod);
    if (const auto* workload = std::get_if<workload_observed>(&item.body))
      check_workload(payload, batch, *workload);
  }
}

TEST_CASE("a glance at damaged bytes ends within them") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  pod_glance pod;
  workload_glance workload;
  std::size_t refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    fact_batch batch;
    random.add(batch, 0);
    auto payload = encode(batch, batch.facts.front());
    for (int damage = 0; damage < 3 && !payload.empty(); ++damage)
      payload[random.up_to(payload.size() - 1)] = static_cast<std::byte>(random.up_to(255));
    payload.resize(random.up_to(payload.size()));
    payload.shrink_to_fit(); // so that the address sanitizer sees a byte read behind it
    refused += glance_at(payload, pod) ? 0u : 1u;
    refused += glance_at(payload, workload) ? 0u : 1u;
    refused += glance_at_uid(payload) ? 0u : 1u;
    REQUIRE(pod.containers.size() <= payload.size());
  }
  CHECK(refused > 100);
}

} // namespace tallyman
