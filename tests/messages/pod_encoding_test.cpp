#include "messages/random_facts.hpp"
#include "messages/seed.hpp"
#include "messages/wire/event.pb.h"
#include "messages/wire/pod_encoding.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace tallyman {

TEST_CASE("the bytes of a pod are those that the generated class writes") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts facts{seed, strings};
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 5'000; ++i) {
    fact_batch batch;
    facts.add(batch, fact_body{pod_observed{}}.index());
    const auto& pod = std::get<pod_observed>(batch.facts.back().body);
    encode_pod(batch, pod, bytes);
    pb::PodObserved message;
    REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    CHECK(message.SerializeAsString() == std::string(bytes.begin(), bytes.end()));
    CHECK(message.name() == batch.text(pod.name));
    CHECK(message.controller_name() == batch.text(pod.controller.name));
    CHECK(message.resource_version() == pod.resource_version);
    CHECK(message.containers_size() == static_cast<int>(pod.containers.length));
  }
}

} // namespace tallyman
