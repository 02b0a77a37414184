#include "kube/fuzz_decoders.hpp"
#include "kube/protobuf/protobuf_object_reader.hpp"
#include "kube/protobuf_support.hpp"
#include "messages/seed.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

using namespace tallyman::kube;
using namespace tallyman::kube::testing;

namespace {

std::string recorded(std::string_view kind, std::string_view encoding) {
  return read_data(fmt::format("watch/{}.watch.{}", kind, encoding));
}

/// A pod `shop/NAME` like that of `pod_json`.
std::string pod_bytes(std::string_view uid, std::string_view name = "cart-1") {
  return wire_writer{}.text(1, wire_writer{}.text(1, name).text(3, "shop").text(5, uid).bytes()).bytes();
}

std::string pod_list(const std::vector<std::string>& pods, std::string_view version,
                     std::string_view continue_token = "") {
  auto metadata = wire_writer{}.text(1, "").text(2, version);
  if (!continue_token.empty())
    metadata.text(3, continue_token);
  wire_writer list;
  list.text(1, metadata.bytes());
  for (const auto& pod : pods)
    list.text(2, pod);
  return in_envelope("PodList", "v1", list.bytes());
}

/// The objects of the recording's ADDED events, without their envelope.
std::vector<std::string> recorded_pods() {
  protobuf_object_reader reader;
  std::vector<std::string> pods;
  for (const auto& frame : frames_of(recorded("pods", "k8spb"))) {
    const auto event = reader.read_event(std::string_view{frame}.substr(4));
    if (event->type == "ADDED")
      pods.emplace_back(reader.read_envelope(event->object)->object);
  }
  return pods;
}

} // namespace

TEST_CASE("a protobuf stream says the same however it is cut") {
  const auto seed = tallyman::testing::test_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto whole = recorded("nodes", "k8spb");
  const auto expected = decode_protobuf(whole, framing::watch).lines;
  for (const std::size_t size : {1U, 2U, 3U, 61U, 4093U})
    REQUIRE(decode_protobuf(whole, framing::watch, {}, [&] { return size; }).lines == expected);
  for (int round = 0; round < 4; ++round)
    REQUIRE(decode_protobuf(whole, framing::watch, {}, [&] { return 1 + random() % 5000; }).lines ==
            expected);
  const auto list = pod_list(recorded_pods(), "5");
  const auto of_list = decode_protobuf(list, framing::object, complete());
  REQUIRE(of_list.error.empty());
  for (const std::size_t size : {1U, 7U, 1000U})
    REQUIRE(decode_protobuf(list, framing::object, complete(), [&] { return size; }).lines == of_list.lines);
}

TEST_CASE("a list in protobuf is projected as the same objects of a watch") {
  const auto pods = recorded_pods();
  auto expected = lines{"begin Pod"};
  for (const auto& pod : pods)
    expected.push_back(
        decode_protobuf(in_frame("ADDED", in_envelope("Pod", "v1", pod)), framing::watch).lines.at(0));
  expected.push_back(fmt::format("synced Pod items={} rv=77", pods.size()));
  REQUIRE(pods.size() == 145);
  CHECK(decode_protobuf(pod_list(pods, "77"), framing::object, complete()).lines == expected);
}

TEST_CASE("ephemeral containers, and their statuses, are read from protobuf") {
  const auto spec =
      wire_writer{}
          .text(34, wire_writer{}.text(1, wire_writer{}.text(1, "debug").text(2, "busybox").bytes()).bytes())
          .bytes();
  const auto status =
      wire_writer{}
          .text(1, "Running")
          .text(13, wire_writer{}.text(1, "debug").text(7, "sha256:1").text(8, "cri-o://x").bytes())
          .bytes();
  const auto pod = pod_bytes(uid_a) + wire_writer{}.text(2, spec).text(3, status).bytes();
  const auto all = decode_protobuf(in_frame("ADDED", in_envelope("Pod", "v1", pod)), framing::watch);
  REQUIRE(all.lines.size() == 1);
  CHECK(contains(all.lines[0], "[2 debug busybox sha256:1 cri-o]"));
}

TEST_CASE("only the reference with controller true counts, in protobuf too") {
  const auto owner = [](std::string_view uid, std::uint64_t controller) {
    return wire_writer{}
        .text(1, "ReplicaSet")
        .text(3, "cart")
        .text(4, uid)
        .text(5, "apps/v1")
        .number(6, controller)
        .bytes();
  };
  const auto metadata =
      wire_writer{}.text(1, "p").text(5, uid_a).text(13, owner(uid_b, 0)).text(13, owner(uid_c, 1)).bytes();
  const auto all = decode_protobuf(
      in_frame("ADDED", in_envelope("Pod", "v1", wire_writer{}.text(1, metadata).bytes())), framing::watch);
  REQUIRE(all.lines.size() == 1);
  CHECK(contains(all.lines[0], fmt::format("controller=apps/v1 ReplicaSet cart {}", uid_c)));
}

TEST_CASE("pages in protobuf are one list, synced after the last one only") {
  tallyman::string_table table;
  tallyman::interner strings{table};
  fact_collector into{strings, true};
  lines all;
  const auto feed_page = [&](const std::string& bytes) {
    protobuf_decoder decoder{into, framing::object, complete()};
    REQUIRE(decoder.feed(bytes).ok());
    REQUIRE(decoder.finish().ok());
    for (auto& line : render(into.take(), table))
      all.push_back(line);
    return into.take_page().value();
  };
  const auto first = feed_page(pod_list({pod_bytes(uid_a)}, "8", "more"));
  CHECK(first.continue_token == "more");
  CHECK(all == lines{"begin Pod", pod_line(uid_a)});
  const auto last = feed_page(pod_list({pod_bytes(uid_b)}, "9"));
  CHECK(last.continue_token.empty());
  CHECK(last.whole);
  CHECK(all == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b), "synced Pod items=2 rv=9"});
}

TEST_CASE("a page in JSON goes on with the list that a page in protobuf began") {
  tallyman::string_table table;
  tallyman::interner strings{table};
  fact_collector into{strings, true};
  protobuf_decoder first{into, framing::object};
  REQUIRE(first.feed(pod_list({pod_bytes(uid_a)}, "8", "more")).ok());
  json_decoder second{into};
  REQUIRE(second.feed(R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[]})")
              .ok());
  CHECK(render(into.take(), table) == lines{"begin Pod", pod_line(uid_a), "synced Pod items=1 rv=9"});
}

TEST_CASE("a list in protobuf that breaks off is never synced") {
  const auto whole = pod_list({pod_bytes(uid_a), pod_bytes(uid_b)}, "9");
  const auto envelope_end = whole.size() - 4; // contentEncoding and contentType, both empty, may be missing
  for (std::size_t size = 0; size < envelope_end; ++size) {
    const auto all =
        decode_protobuf(std::string_view{whole}.substr(0, size), framing::object, complete(true));
    REQUIRE(contains(all.error, "byte "));
    for (const auto& line : all.lines)
      REQUIRE_FALSE(contains(line, "synced"));
  }
}

TEST_CASE("a bad item in a protobuf list is skipped and spoils the list") {
  const auto no_uid = wire_writer{}.text(1, wire_writer{}.text(1, "x").bytes()).bytes();
  const auto bytes = pod_list({pod_bytes(uid_a), no_uid, "\xff\xff", pod_bytes(uid_b)}, "9");
  const auto strict = decode_protobuf(bytes, framing::object, complete());
  CHECK(contains(strict.error, "Pod x has no metadata.uid"));
  CHECK(strict.lines == lines{"begin Pod", pod_line(uid_a)});
  const auto lenient = decode_protobuf(bytes, framing::object, complete(true));
  CHECK(lenient.error.empty());
  CHECK(lenient.lines == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b)});
  CHECK(lenient.counters.errors == 2);
  CHECK(lenient.counters.lists_incomplete == 1);
  CHECK(lenient.warnings.size() == 2);
}

TEST_CASE("a Status in protobuf is a failure of the API, whatever it answers") {
  const auto status =
      wire_writer{}.text(2, "Failure").text(3, "too old").text(4, "Expired").number(6, 410).bytes();
  const auto enveloped = in_envelope("Status", "v1", status);
  tallyman::string_table table;
  tallyman::interner strings{table};
  fact_collector into{strings, true};
  protobuf_decoder answer{into, framing::object};
  REQUIRE(answer.feed(enveloped).ok());
  CHECK(into.take_failure().reason == "Expired");
  protobuf_decoder stream{into, framing::watch};
  REQUIRE(stream.feed(in_frame("ERROR", enveloped)).ok());
  CHECK(into.take_failure().message == "too old");
  CHECK(into.take_failure().message.empty());
}

TEST_CASE("initial events are a list that a bookmark ends, in both encodings") {
  const auto annotation = wire_writer{}.text(1, "k8s.io/initial-events-end").text(2, "true").bytes();
  const auto bookmark =
      wire_writer{}.text(1, wire_writer{}.text(6, "9").text(12, annotation).bytes()).bytes();
  const auto early = wire_writer{}.text(1, wire_writer{}.text(6, "8").bytes()).bytes();
  const auto expected =
      lines{"begin Pod", pod_line(uid_a), "bookmark Pod rv=8", "synced Pod items=1 rv=9", pod_line(uid_b)};
  tallyman::string_table table;
  tallyman::interner strings{table};
  fact_collector into{strings, true};
  into.expect_initial_events();
  protobuf_decoder protobuf{into, framing::watch};
  REQUIRE(protobuf
              .feed(in_frame("ADDED", in_envelope("Pod", "v1", pod_bytes(uid_a))) +
                    in_frame("BOOKMARK", in_envelope("Pod", "v1", early)) +
                    in_frame("BOOKMARK", in_envelope("Pod", "v1", bookmark)) +
                    in_frame("ADDED", in_envelope("Pod", "v1", pod_bytes(uid_b))))
              .ok());
  CHECK(render(into.take(), table) == expected);
  CHECK(into.take_page()->resource_version == "9");
  into.expect_initial_events();
  json_decoder json{into};
  REQUIRE(
      json.feed(
              R"({"type":"ADDED","object":)" + pod_json(uid_a) +
              R"(}{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"8"}}})"
              R"({"object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9","annotations":)"
              R"({"a":"b","k8s.io/initial-events-end":"true"}}},"type":"BOOKMARK"}{"type":"ADDED","object":)" +
              pod_json(uid_b) + "}")
          .ok());
  CHECK(render(into.take(), table) == expected);
}

TEST_CASE("what is no protobuf of Kubernetes is refused with the place") {
  CHECK(decode_protobuf("{}", framing::object).error ==
        "byte 0: an object without Kubernetes' protobuf envelope");
  CHECK(contains(decode_protobuf("{\"kind\":1}", framing::watch).error, "byte 0: a watch event of "));
  CHECK(contains(decode_protobuf(in_frame("ADDED", "abc"), framing::watch).error,
                 "byte 0: an object without Kubernetes' protobuf envelope"));
  CHECK(contains(
      decode_protobuf(in_frame("NEWS", in_envelope("Pod", "v1", pod_bytes(uid_a))), framing::watch).error,
      "\"NEWS\" is no type of watch event"));
  CHECK(contains(decode_protobuf("k8s", framing::object).error, "the input ends within this object"));
}

TEST_CASE("lengths and counts in protobuf are not believed") {
  decoder_options small;
  small.object_bytes_max = 1000;
  const auto huge = pod_list({std::string(2000, 'x')}, "9");
  CHECK(contains(decode_protobuf(huge, framing::object, small).error, "larger than 1000 bytes"));
  small.keep_going = true;
  small.lists_are_complete = true;
  const auto skipped =
      decode_protobuf(pod_list({pod_bytes(uid_a), std::string(2000, 'x'), pod_bytes(uid_b)}, "9"),
                      framing::object, small, [] { return std::size_t{100}; });
  CHECK(skipped.lines == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b)});
  const auto long_name =
      wire_writer{}.text(1, wire_writer{}.text(1, std::string(2000, 'n')).text(5, "u").bytes()).bytes();
  CHECK(
      contains(decode_protobuf(in_frame("ADDED", in_envelope("Pod", "v1", long_name)), framing::watch).error,
               "has a metadata.name of more than 1024 bytes"));
  wire_writer spec;
  for (int i = 0; i < 1001; ++i)
    spec.text(2, "");
  const auto crowded = pod_bytes(uid_a) + wire_writer{}.text(2, spec.bytes()).bytes();
  CHECK(contains(decode_protobuf(in_frame("ADDED", in_envelope("Pod", "v1", crowded)), framing::watch).error,
                 "more than 1000 containers"));
  // A list that claims 2^62 bytes, and an item that claims more than its list.
  const std::string claim =
      std::string{"k8s\0", 4} +
      wire_writer{}.text(1, wire_writer{}.text(1, "v1").text(2, "PodList").bytes()).bytes() +
      "\x12\xff\xff\xff\xff\xff\xff\xff\xff\x3f" + wire_writer{}.text(2, pod_bytes(uid_a)).bytes();
  const auto claimed = decode_protobuf(claim, framing::object, complete());
  CHECK(contains(claimed.error, "the input ends within this list"));
  CHECK(claimed.lines == lines{"begin Pod", pod_line(uid_a)});
}

TEST_CASE("damaged protobuf never crashes the decoder, however it is cut") {
  const auto seed = tallyman::testing::test_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto frames = frames_of(recorded("pods", "k8spb"));
  const auto pods = recorded_pods();
  std::size_t refused = 0;
  std::size_t accepted = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool is_list = random() % 3 == 0;
    auto bytes = is_list ? pod_list({pods[random() % pods.size()], pods[random() % pods.size()]}, "5")
                         : frames[random() % frames.size()] + frames[random() % frames.size()];
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      const auto at = random() % bytes.size();
      const auto length = std::min<std::size_t>(bytes.size() - at, 1 + random() % 30);
      switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
        break;
      case 2:
        bytes.erase(at, std::min(length, bytes.size() - 1));
        break;
      default:
        bytes.insert(at, bytes.substr(random() % bytes.size(), length));
      }
    }
    decoder_options options = complete(random() % 2 == 0);
    options.object_bytes_max = 1 << 16;
    const auto what = is_list ? framing::object : framing::watch;
    const auto whole = decode_protobuf(bytes, what, options);
    const auto cut = decode_protobuf(bytes, what, options, [&] { return 1 + random() % 3000; });
    REQUIRE(cut.lines == whole.lines);
    REQUIRE(cut.error == whole.error);
    REQUIRE(whole.error.find('\n') == std::string::npos);
    (whole.error.empty() ? accepted : refused) += 1;
    fuzz_decoders({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  CHECK(refused > 300);
  CHECK(accepted > 300);
}
