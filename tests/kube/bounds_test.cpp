#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

using namespace tallyman;
using namespace tallyman::kube;
using namespace tallyman::kube::testing;

namespace {

// A sanitizer's own allocator reports nothing here: there the bounds are checked by the other presets.
std::size_t bytes_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

constexpr std::size_t mebibyte = std::size_t{1} << 20;

} // namespace

TEST_CASE("a list of any size needs only the memory of a few items") {
  string_table table;
  interner strings{table};
  json_decoder decoder{strings};
  const auto filler = R"("annotations":{"note":")" + std::string(4000, 'x') + "\"}";
  const auto item = pod_json(uid_a, filler) + ",";
  const auto before = bytes_in_use();
  std::size_t peak = before;
  std::size_t facts = 0;
  REQUIRE(decoder.feed(R"({"kind":"PodList","apiVersion":"v1","items":[)"));
  for (std::size_t fed = 0; fed < 24 * mebibyte; fed += item.size()) {
    REQUIRE(decoder.feed(item));
    peak = std::max(peak, bytes_in_use());
    facts += decoder.take().batch.facts.size();
  }
  REQUIRE(decoder.feed("]}"));
  REQUIRE(decoder.finish());
  CHECK(facts > 5000);
  CHECK(peak - before < mebibyte);
}

TEST_CASE("one huge chunk is worked through in slices") {
  string_table table;
  interner strings{table};
  json_decoder decoder{strings};
  const auto text =
      repeat(pod_json(uid_a, R"("annotations":{"note":")" + std::string(60'000, 'x') + "\"}"), 400);
  const auto before = bytes_in_use();
  REQUIRE(decoder.feed(text));
  CHECK(decoder.take().batch.facts.size() == 400);
  CHECK(bytes_in_use() - before < 2 * mebibyte);
}

TEST_CASE("a string without end is refused before it fills the memory") {
  string_table table;
  interner strings{table};
  json_decoder decoder{strings};
  const std::string chunk(mebibyte, 'x');
  const auto before = bytes_in_use();
  REQUIRE(decoder.feed(R"({"kind":"Pod","metadata":{"name":")"));
  result<void> fed;
  std::size_t chunks = 0;
  for (; fed && chunks < 100; ++chunks)
    fed = decoder.feed(chunk);
  REQUIRE(!fed);
  CHECK(fed.failure().what == "byte 0, line 1: an object is larger than 16777216 bytes");
  CHECK(chunks == 16);
  CHECK(bytes_in_use() - before < 40 * mebibyte);
}

TEST_CASE("an object is refused for its size, however it arrives") {
  json_decoder_options options;
  options.object_bytes_max = pod_json(uid_a).size();
  CHECK(decode(pod_json(uid_a), options).error.empty());
  const auto larger = pod_json(uid_a, "", "", "", "cart-10");
  for (const std::size_t size : {1U, 50U, 5000U})
    CHECK(decode(larger, options, [size] { return size; }).error ==
          fmt::format("byte 0, line 1: an object is larger than {} bytes", options.object_bytes_max));
}

TEST_CASE("a list is refused if it is large without its items") {
  json_decoder_options options;
  options.object_bytes_max = 1000;
  const auto pad = R"(,"x":")" + std::string(600, 'x') + "\"";
  const auto list =
      R"({"kind":"PodList","apiVersion":"v1")" + pad + R"(,"items":[)" + pod_json(uid_a) + "]" + pad + "}";
  const auto all = decode(list, options);
  CHECK(contains(all.error, "an object is larger than 1000 bytes"));
  CHECK(all.lines.size() == 1);
}

TEST_CASE("nesting is bounded wherever it happens") {
  const auto nested = [](std::size_t levels) { return repeat("[", levels) + repeat("]", levels); };
  const auto pod = [&](std::size_t levels) {
    return R"({"kind":"Pod","metadata":{"uid":"u"},"x":)" + nested(levels) + "}";
  };
  const auto item = [&](std::size_t levels) { return R"({"kind":"PodList","items":[)" + pod(levels) + "]}"; };
  CHECK(decode(pod(255)).error.empty());
  CHECK(decode(item(253)).error.empty());
  for (const auto& text :
       {pod(256), pod(10'000), item(254), item(10'000), R"({"kind":"Pod",)" + repeat("{\"a\":", 10'000)})
    CHECK(contains(decode(text).error, "nested too deeply"));
}

TEST_CASE("a name that is longer than any name is refused") {
  CHECK(decode(pod_json(uid_a, "", "", "", std::string(1024, 'n'))).error.empty());
  CHECK(contains(decode(pod_json(uid_a, "", "", "", std::string(1025, 'n'))).error,
                 "has a metadata.name of more than 1024 bytes"));
  const std::string owner = R"("ownerReferences":[{"controller":true,"uid":"u","name":")";
  CHECK(contains(decode(pod_json(uid_a, owner + std::string(1025, 'n') + "\"}]")).error,
                 "Pod shop/cart-1 has a controller reference with text of more than 1024 bytes"));
}

TEST_CASE("a text that is too long costs its container, and not the pod") {
  const std::string name(1025, 'x');
  const auto kept = R"({"name":"ok","image":"i"})";
  const auto lost = R"({"name":"long","image":")" + name + "\"}";
  const auto both = fmt::format(R"("nodeName":"n1","containers":[{},{}])", lost, kept);
  const auto pods =
      decode(R"({"kind":"PodList","apiVersion":"v1","items":[)" + pod_json(uid_a, "", both) + "]}",
             json_decoder_options{.lists_are_complete = true});
  CHECK(pods.error.empty());
  CHECK(pods.lines ==
        std::vector<std::string>{"begin Pod",
                                 fmt::format("pod {} shop/cart-1 node=n1 phase=0 deleting=false rv=0 "
                                             "controller=- [0 ok i  ]",
                                             uid_a),
                                 "synced Pod items=1 rv="});
  REQUIRE(pods.warnings.size() == 1);
  CHECK(contains(pods.warnings[0], "line 1: Pod shop/cart-1: its container long is left out: it has text of "
                                   "more than 1024 bytes"));
  const auto status = fmt::format(R"("containerStatuses":[{{"name":"ok","imageID":"{}"}}])", name);
  CHECK(facts_of(pod_json(uid_a, "", fmt::format(R"("containers":[{}])", kept), status)) ==
        std::vector{pod_line(uid_a)});
}

TEST_CASE(
    "a node's name or platform that is too long is left out, and what is not kept may be of any length") {
  const std::string name(1025, 'x');
  CHECK(facts_of(pod_json(uid_a, "", R"("nodeName":")" + name + '"')) == std::vector{pod_line(uid_a)});
  const auto node = decode(
      node_json(uid_b, "", R"("nodeInfo":{"architecture":"arm64","operatingSystem":")" + name + "\"}"));
  CHECK(node.lines == std::vector{fmt::format("node {} n1 arm64/ rv=0", uid_b)});
  CHECK(node.warnings.size() == 1);
  const auto pod = decode(pod_json(uid_a, R"("resourceVersion":")" + std::string(2000, '7') + '"', "",
                                   R"("phase":")" + name + '"'));
  CHECK(pod.lines == std::vector{pod_line(uid_a)});
  CHECK(pod.warnings.empty());
}

TEST_CASE("the containers, image volumes and statuses of a pod are bounded") {
  const auto many = [](std::string_view list, std::size_t count, std::string_view entry = "{}") {
    return fmt::format(R"("{}":[{}{}])", list, repeat(std::string{entry} + ",", count - 1), entry);
  };
  CHECK(decode(pod_json(uid_a, "", many("containers", 1000))).error.empty());
  CHECK(contains(decode(pod_json(uid_a, "", many("containers", 1001))).error, "more than 1000 containers"));
  CHECK(contains(decode(pod_json(uid_a, "", many("volumes", 1001, R"({"image":{"reference":"i"}})"))).error,
                 "more than 1000 containers"));
  CHECK(decode(pod_json(uid_a, "", many("volumes", 1001))).error.empty());
  CHECK(contains(decode(pod_json(uid_a, "", "", many("containerStatuses", 1001))).error,
                 "more than 1000 container statuses"));
  CHECK(decode(pod_json(uid_a, many("ownerReferences", 5000))).error.empty());
}
