#include "messages/fact_content.hpp"
#include "messages/random_facts.hpp"
#include "messages/seed.hpp"
#include "messages/wire/event.pb.h"
#include "messages/wire/fact_codec.hpp"

#include <catch2/catch.hpp>

namespace tallyman {

namespace {

/// A payload, and what a decoder makes of it in a batch that holds something already.
class damaged_payload {
public:
  explicit damaged_payload(const string_table& strings) : strings_(&strings) {}

  /// Decodes and returns what is wrong with the outcome: empty if it is a valid fact or a clean error.
  std::string verdict_on(std::uint8_t type, std::span<const std::byte> payload) {
    start_batch();
    const auto decoded = decoder_.decode(type, 7, payload, *strings_, out_);
    return decoded.ok() ? verdict_on_fact(type) : verdict_on_error(decoded.failure());
  }

private:
  void start_batch() {
    out_.clear();
    out_.add_text("before");
    const container one{};
    out_.add_containers(&one, 1);
    out_.facts.push_back({3, settings_changed{4}});
  }

  std::string verdict_on_fact(std::uint8_t type) {
    if (out_.facts.size() != 2 || fact_encoder::type_of(out_.facts[1]) != record_type{type})
      return "not one fact of the record's type";
    testing::content_of(out_, out_.facts[1], *strings_); // throws or aborts if anything in it is invalid
    std::vector<std::byte> again(encoder_.prepare(out_, out_.facts[1]));
    encoder_.write(again);
    return {};
  }

  std::string verdict_on_error(const error& failure) const {
    if (failure.kind != error_kind::damaged)
      return "the wrong kind of error: " + failure.what;
    if (failure.what.empty() || failure.what.find('\n') != std::string::npos || failure.what.back() == '.')
      return "not one line: " + failure.what;
    if (out_.facts.size() != 1 || out_.containers.size() != 1 || out_.texts != "before")
      return "the batch was changed: " + failure.what;
    return {};
  }

  const string_table* strings_;
  fact_encoder encoder_;
  fact_decoder decoder_;
  fact_batch out_;
};

struct record {
  std::uint8_t type;
  std::vector<std::byte> payload;
};

record random_record(testing::random_facts& random, std::size_t kind) {
  fact_batch batch;
  random.add(batch, kind);
  fact_encoder encoder;
  std::vector<std::byte> payload(encoder.prepare(batch, batch.facts[0]));
  encoder.write(payload);
  return {static_cast<std::uint8_t>(fact_encoder::type_of(batch.facts[0])), payload};
}

error decode_failure(record_type type, const google::protobuf::MessageLite& message,
                     const string_table& strings) {
  const auto bytes = message.SerializeAsString();
  fact_decoder decoder;
  fact_batch out;
  const auto decoded =
      decoder.decode(static_cast<std::uint8_t>(type), 0, std::as_bytes(std::span{bytes}), strings, out);
  REQUIRE_FALSE(decoded.ok());
  CHECK(out.facts.empty());
  CHECK(out.containers.empty());
  return decoded.failure();
}

} // namespace

TEST_CASE("a payload cut at any byte is a valid fact or a clean error") {
  const auto seed = testing::test_seed();
  string_table strings;
  testing::random_facts random{seed, strings};
  damaged_payload decoder{strings};
  for (std::size_t i = 0; i < testing::fact_kinds * 20; ++i) {
    const auto whole = random_record(random, i % testing::fact_kinds);
    for (std::size_t length = 0; length < whole.payload.size(); ++length) {
      // A buffer of the exact size lets the address sanitizer see a read past its end.
      const std::vector<std::byte> cut(whole.payload.begin(),
                                       whole.payload.begin() + static_cast<std::ptrdiff_t>(length));
      const auto verdict = decoder.verdict_on(whole.type, cut);
      if (!verdict.empty())
        FAIL("seed " << seed << ", type " << int{whole.type} << " cut to " << length << ": " << verdict);
    }
  }
}

TEST_CASE("a payload with any one byte changed is a valid fact or a clean error") {
  const auto seed = testing::test_seed();
  string_table strings;
  testing::random_facts random{seed, strings};
  damaged_payload decoder{strings};
  for (std::size_t i = 0; i < testing::fact_kinds * 3; ++i) {
    auto changed = random_record(random, i % testing::fact_kinds);
    for (std::size_t at = 0; at < changed.payload.size(); ++at) {
      const auto original = changed.payload[at];
      for (unsigned flip = 1; flip < 256; ++flip) {
        changed.payload[at] = original ^ std::byte(flip);
        const auto verdict = decoder.verdict_on(changed.type, changed.payload);
        if (!verdict.empty())
          FAIL("seed " << seed << ", type " << int{changed.type} << ", byte " << at << " ^ " << flip << ": "
                       << verdict);
      }
      changed.payload[at] = original;
    }
  }
}

TEST_CASE("a payload read as another kind of event is a valid fact or a clean error") {
  const auto seed = testing::test_seed();
  string_table strings;
  testing::random_facts random{seed, strings};
  damaged_payload decoder{strings};
  for (std::size_t i = 0; i < testing::fact_kinds * 20; ++i) {
    const auto misread = random_record(random, i % testing::fact_kinds);
    for (std::uint8_t type = 1; type <= testing::fact_kinds; ++type) {
      const auto verdict = decoder.verdict_on(type, misread.payload);
      if (!verdict.empty())
        FAIL("seed " << seed << ", type " << int{misread.type} << " as " << int{type} << ": " << verdict);
    }
  }
}

TEST_CASE("an unknown record type is named as too new") {
  const auto type = GENERATE(as<std::uint8_t>{}, 0, 13, 255);
  fact_decoder decoder;
  string_table strings;
  fact_batch out;
  const auto decoded = decoder.decode(type, 0, {}, strings, out);
  REQUIRE_FALSE(decoded.ok());
  CHECK(decoded.failure().kind == error_kind::too_new);
  CHECK_THAT(decoded.failure().what, Catch::Contains("record type " + std::to_string(type)));
  CHECK(out.facts.empty());
}

TEST_CASE("a string id that was never defined is damage, and is named") {
  string_table strings;
  const auto last = static_cast<std::uint32_t>(strings.intern("nginx"));
  const auto next = std::to_string(last + 1);
  pb::PodObserved pod;
  pod.add_containers()->set_image_id(last);
  pod.add_containers()->set_image_id(last + 1);
  const auto failure = decode_failure(record_type::pod_observed, pod, strings);
  CHECK(failure.kind == error_kind::damaged);
  CHECK(failure.what ==
        "pod_observed event: container image " + next + " is no string: the ids in use end before " + next);
}

TEST_CASE("a uid that refers to a string that was never defined is damage") {
  const string_table strings;
  pb::Gone gone;
  gone.set_uid_high(0xf000);
  gone.set_uid_low(strings.size());
  const auto failure = decode_failure(record_type::pod_gone, gone, strings);
  CHECK(failure.kind == error_kind::damaged);
  CHECK_THAT(failure.what, Catch::StartsWith("pod_gone event: uid " + std::to_string(strings.size()) +
                                             " is neither a UUID nor a string"));
}

TEST_CASE("an enum value beyond the last known one is damage") {
  const string_table strings;
  pb::PodObserved pod;
  pod.set_phase(5);
  CHECK(decode_failure(record_type::pod_observed, pod, strings).what ==
        "pod_observed event: phase 5 is out of range: the last known value is 4");

  pod.set_phase(256); // not to be cut to the 8 bits of the enum
  CHECK(decode_failure(record_type::pod_observed, pod, strings).kind == error_kind::damaged);

  pb::PodObserved listed;
  listed.add_containers()->set_list(4);
  CHECK(decode_failure(record_type::pod_observed, listed, strings).kind == error_kind::damaged);

  pb::Gone gone;
  gone.set_reason(3);
  for (const auto type : {record_type::pod_gone, record_type::node_gone, record_type::workload_gone})
    CHECK(decode_failure(type, gone, strings).kind == error_kind::damaged);

  pb::ScanFinished scan;
  scan.set_outcome(3);
  CHECK(decode_failure(record_type::scan_finished, scan, strings).kind == error_kind::damaged);
}

TEST_CASE("a pod with more containers than allowed is damage and fills no pool") {
  pb::PodObserved pod;
  for (std::uint32_t i = 0; i <= containers_per_pod_max; ++i)
    pod.add_containers();
  const auto failure = decode_failure(record_type::pod_observed, pod, string_table{});
  CHECK(failure.kind == error_kind::damaged);
  CHECK(failure.what == "pod_observed event: number of containers 16385 is out of range: the limit is 16384");
}

TEST_CASE("a decoder works on after a damaged payload") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  const auto sound = random_record(random, 0);
  fact_decoder decoder;
  fact_batch out;
  const std::vector<std::byte> noise(40, std::byte{0xff});
  REQUIRE_FALSE(decoder.decode(sound.type, 0, noise, strings, out).ok());
  CHECK(decoder.decode(sound.type, 0, sound.payload, strings, out).ok());
  CHECK(out.facts.size() == 1);
}

} // namespace tallyman
