#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>

using namespace tallyman::kube::testing;
using tallyman::kube::json_decoder_options;

namespace {

json_decoder_options keep_going() {
  json_decoder_options options;
  options.keep_going = true;
  return options;
}

/// What is decoded of good pods around `bad`; the same must come of every way to cut the stream.
lines around(const std::string& bad, std::uint64_t errors = 1, json_decoder_options options = keep_going()) {
  const auto text = pod_json(uid_a) + "\n" + bad + "\n" + pod_json(uid_b) + "\n";
  const auto whole = decode(text, options);
  CHECK(whole.error.empty());
  CHECK(whole.counters.errors == errors);
  CHECK(whole.warnings.size() == errors);
  for (const std::size_t size : {1U, 13U, 64U}) {
    const auto cut = decode(text, options, [size] { return size; });
    CHECK(cut.lines == whole.lines);
    CHECK(cut.warnings == whole.warnings);
  }
  return whole.lines;
}

const lines both{pod_line(uid_a), pod_line(uid_b)};

} // namespace

TEST_CASE("a bad object is skipped and its neighbours are not") {
  CHECK(around(pod_json("")) == both);
  CHECK(around(R"({"kind":"Pod","metadata":{"uid":5}})") == both);
  CHECK(around(R"({"type":"NEW","object":{}})") == both);
  CHECK(around(R"({"kind" "Pod"})") == both);
  CHECK(around("{}{}", 2) == both);
}

TEST_CASE("a good value on the line of a wrong one is kept") {
  CHECK(around(pod_json("") + pod_json(uid_c)) == lines{pod_line(uid_a), pod_line(uid_c), pod_line(uid_b)});
}

TEST_CASE("a line that was cut costs only itself") {
  const auto line = R"({"type":"ADDED","object":)" + pod_json(uid_c, R"("a":["b",{"c":1}])") + "}";
  for (std::size_t size = 1; size < line.size(); ++size) {
    INFO(line.substr(0, size));
    REQUIRE(around(line.substr(0, size)) == both);
  }
}

TEST_CASE("a line that lost its beginning costs only itself") {
  const auto line = R"({"type":"ADDED","object":)" + pod_json(uid_c) + "}";
  for (std::size_t from = 1; from < line.size(); ++from) {
    const auto all =
        decode(pod_json(uid_a) + "\n" + line.substr(from) + "\n" + pod_json(uid_b), keep_going());
    INFO(line.substr(from));
    REQUIRE(all.lines.front() == pod_line(uid_a));
    REQUIRE(all.lines.back() == pod_line(uid_b));
    const bool is_bare_object = line.substr(from).starts_with(R"({"kind")"); // only the event's frame is lost
    REQUIRE(all.lines.size() == (is_bare_object ? 3 : 2));
    REQUIRE(all.counters.errors >= 1);
  }
}

TEST_CASE("what is no object is skipped up to the next line that begins with one") {
  for (const auto* bad : {"5", "null", "\"text {", "garbage {} here", "[1,2,{\"a\":[]}]", "[", "]", "}",
                          "\xEF\xBB\xBF", "\xFF\xFE"})
    CHECK(around(bad) == both);
}

TEST_CASE("a bad item costs the list nothing but itself") {
  const auto list = [](std::string_view bad) {
    return R"({"kind":"List","items":[)" + std::string{bad} + "," + pod_json(uid_c) + "]}";
  };
  const lines all{pod_line(uid_a), pod_line(uid_c), pod_line(uid_b)};
  CHECK(around(list(pod_json(""))) == all);
  CHECK(around(list("{}")) == all);
  CHECK(around(list(R"({"kind" 5})")) == all);
  CHECK(around(list("[{}]")) == all);
}

TEST_CASE("a list that breaks off does not take what follows with it") {
  const auto list = R"({"kind":"List","items":[)" + pod_json(uid_c) + "," + pod_json(uid_c) + "]}";
  for (std::size_t size = 1; size < list.size(); ++size) {
    const auto text = list.substr(0, size) + "\n" + pod_json(uid_b);
    const auto all = decode(text, keep_going());
    INFO(text);
    REQUIRE(all.error.empty());
    REQUIRE(all.counters.errors >= 1);
    REQUIRE(!all.lines.empty());
    REQUIRE(all.lines.back() == pod_line(uid_b));
  }
}

TEST_CASE("an object that is too large is skipped to its end without being held") {
  auto options = keep_going();
  options.object_bytes_max = 1000;
  const auto large =
      R"({"kind":"Pod","metadata":{"uid":"x","annotations":{"a":")" + std::string(5000, '{') + R"("}}})";
  CHECK(around(large, 1, options) == both);
  CHECK(around(large + pod_json(uid_c), 1, options) ==
        lines{pod_line(uid_a), pod_line(uid_c), pod_line(uid_b)});
  CHECK(around(R"({"kind":"List","items":[)" + large + "," + pod_json(uid_c) + "]}", 1, options) ==
        lines{pod_line(uid_a), pod_line(uid_c), pod_line(uid_b)});
}

TEST_CASE("an object that is too deep is skipped to its end") {
  const auto deep = R"({"kind":"Pod","x":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  CHECK(around(deep + pod_json(uid_c)) == lines{pod_line(uid_a), pod_line(uid_c), pod_line(uid_b)});
}

TEST_CASE("an object that never ends is skipped to the next line that begins with one") {
  auto options = keep_going();
  options.object_bytes_max = 3000;
  CHECK(around(R"({"kind":"Pod","x":[)" + std::string(5000, '1'), 1, options) == both);
  CHECK(around(R"({"kind":"Pod","x":")" + std::string(5000, '1'), 1, options) == both);
}

TEST_CASE("input that ends in a bad value ends well, and says so") {
  const auto all = decode(pod_json(uid_a) + R"({"kind":"Pod)", keep_going());
  CHECK(all.error.empty());
  CHECK(all.lines == lines{pod_line(uid_a)});
  REQUIRE(all.warnings.size() == 1);
  CHECK(contains(all.warnings[0], "the input ends within this object"));
}

TEST_CASE("lines of opening brackets do not hang the decoder") {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "{\n";
  const auto all = decode(text, keep_going());
  CHECK(all.error.empty());
  CHECK(all.counters.errors == 20'000);
}

TEST_CASE("many bad values behind one that never ends do not cost a look at all of it each") {
  std::string text = "{\"a\":[\n";
  for (int i = 0; i < 30'000; ++i)
    text += "{\"b\":1},{\"b\" 1},\n";
  const auto all = decode(text, keep_going());
  CHECK(all.error.empty());
  CHECK(all.counters.errors == 60'001);
}

TEST_CASE("a list of bad items in one line does not cost a look at all of it each") {
  std::string text = R"({"kind":"List","items":[)";
  for (int i = 0; i < 50'000; ++i)
    text += R"({"b" 1},)";
  const auto all = decode(text + pod_json(uid_a) + "]}", keep_going());
  CHECK(all.counters.errors == 50'000);
  CHECK(all.lines == lines{pod_line(uid_a)});
}

TEST_CASE("random garbage neither hangs nor stops the decoder") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  constexpr std::string_view alphabet = "{}[]\",:\\\n a1";
  std::string text;
  for (int i = 0; i < 300'000; ++i)
    text += random() % 8 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
  const auto all = decode(text + "\n" + pod_json(uid_b), keep_going());
  CHECK(all.error.empty());
  CHECK(all.counters.errors > 100);
  REQUIRE(!all.lines.empty());
  CHECK(all.lines.back() == pod_line(uid_b));
}
