#include "kube/reference_projection.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <optional>
#include <random>
#include <sstream>

using namespace tallyman::kube::testing;

namespace {

class mutator {
public:
  explicit mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string mutate(std::string text) {
    const auto count = 1 + below(3);
    for (std::size_t i = 0; i < count; ++i)
      mutate_once(text);
    return text;
  }

private:
  void mutate_once(std::string& text) {
    const auto at = below(text.size());
    const auto length = std::min(text.size() - at, 1 + below(20));
    switch (below(6)) {
    case 0:
      text[at] = static_cast<char>(random_());
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(below(text.size()), length));
      break;
    case 3:
      text.insert(at, tokens[below(tokens.size())]);
      break;
    default:
      replace_value(text, at);
    }
    if (text.empty())
      text = "{";
  }

  // Keeps the text JSON most of the time: the string behind some colon becomes another value.
  void replace_value(std::string& text, std::size_t at) {
    const auto begin = text.find("\":\"", at);
    const auto end = begin == std::string::npos ? begin : text.find('"', begin + 3);
    if (end != std::string::npos)
      text.replace(begin + 2, end - begin - 1, tokens[below(tokens.size())]);
  }

  static constexpr std::array<std::string_view, 16> tokens{"null",
                                                           "true",
                                                           "5",
                                                           R"("Pod")",
                                                           R"("Node")",
                                                           R"("")",
                                                           R"("docker://a://b")",
                                                           "{}",
                                                           "[]",
                                                           "{",
                                                           "}",
                                                           R"("uid":null,)",
                                                           R"("kind":"Job",)",
                                                           R"("controller":true,)",
                                                           "\\u0041",
                                                           R"("x","items":[)"};

  std::mt19937_64 random_;
};

std::optional<lines> reference_or_none(const std::string& text) {
  try {
    return reference_lines(text);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace

TEST_CASE("mutated input never crashes the decoder, and what both accept they project alike") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  mutator mutations{seed};
  lines values;
  std::istringstream in{read_data("cluster.ndjson")};
  for (std::string line; std::getline(in, line);)
    if (line.size() < 5000)
      values.push_back(line);
  std::size_t accepted_by_both = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 2500; ++i) {
    const auto text = mutations.mutate(values[mutations.below(values.size())]);
    const auto decoded = decode(text, {}, [&] { return 1 + mutations.below(3000); });
    refused += decoded.error.empty() ? 0U : 1U;
    const auto reference = reference_or_none(text);
    if (!reference || !decoded.error.empty())
      continue;
    ++accepted_by_both;
    INFO(text);
    REQUIRE(decoded.lines == *reference);
  }
  CHECK(accepted_by_both > 250);
  CHECK(refused > 250);
}

TEST_CASE("a damaged stream never loses the good values in other lines") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  mutator mutations{seed};
  tallyman::kube::json_decoder_options options;
  options.keep_going = true;
  for (int round = 0; round < 300; ++round) {
    auto damaged =
        mutations.mutate(R"({"type":"MODIFIED","object":)" + pod_json(uid_c, R"("labels":{"a":"b"})") + "}");
    const auto text = pod_json(uid_a) + "\n" + damaged + "\n" + pod_json(uid_b);
    const auto all = decode(text, options);
    INFO(damaged);
    REQUIRE(all.error.empty());
    REQUIRE(all.lines.size() >= 2);
    REQUIRE(all.lines.front() == pod_line(uid_a));
    REQUIRE(all.lines.back() == pod_line(uid_b));
  }
}
