#include "kube/json/nesting_scanner.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using tallyman::kube::nesting_scanner;

namespace {

/// The obvious way to do it, one byte after the other.
nesting_scanner::outcome naive(const std::string& text, std::uint64_t depth_max) {
  std::uint64_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was_escaped = std::exchange(escaped, c == '\\' && !escaped);
    if (c == '"' && !was_escaped)
      in_string = !in_string;
    if (in_string)
      continue;
    if ((c == '{' || c == '[') && ++depth > depth_max)
      return {i + 1, nesting_scanner::state::too_deep};
    if ((c == '}' || c == ']') && --depth == 0)
      return {i + 1, nesting_scanner::state::closed};
  }
  return {text.size(), nesting_scanner::state::open};
}

std::string random_text(std::mt19937_64& random) {
  constexpr std::string_view alphabet = R"({[}]""\\\ aaaaa)";
  std::string text = "{";
  const auto size = random() % 300;
  for (std::size_t i = 0; i < size; ++i)
    text += alphabet[random() % alphabet.size()];
  return text;
}

nesting_scanner::outcome run_in_pieces(const std::string& text, std::uint64_t depth_max,
                                       std::mt19937_64& random) {
  const auto padded = text + std::string(64, '}');
  nesting_scanner scanner;
  scanner.start(0);
  nesting_scanner::outcome found;
  std::size_t end = 0;
  while (end < text.size() && found.what == nesting_scanner::state::open) {
    end = std::min(text.size(), end + 1 + random() % 90);
    found = scanner.run(padded.data(), found.position, end, depth_max);
  }
  return found;
}

} // namespace

TEST_CASE("brackets are counted as by the obvious loop, wherever the text is cut") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  std::size_t closed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = random_text(random);
    const std::uint64_t depth_max = 1 + random() % 12;
    const auto expected = naive(text, depth_max);
    const auto found = run_in_pieces(text, depth_max, random);
    INFO("text " << text << " depth " << depth_max);
    REQUIRE(found.what == expected.what);
    REQUIRE(found.position == expected.position);
    closed += found.what == nesting_scanner::state::closed ? 1U : 0U;
  }
  CHECK(closed > 1000);
}

TEST_CASE("runs of backslashes across blocks are told odd from even") {
  for (std::size_t before = 0; before < 130; ++before) {
    for (std::size_t run = 0; run < 130; ++run) {
      const auto text = "{\"" + std::string(before, 'a') + std::string(run, '\\') + "\"}\"}";
      const auto padded = text + std::string(64, ' ');
      nesting_scanner scanner;
      scanner.start(0);
      const auto found = scanner.run(padded.data(), 0, text.size(), 10);
      INFO("before " << before << " run " << run);
      REQUIRE(found.what == nesting_scanner::state::closed);
      REQUIRE(found.position == text.size() - (run % 2 == 0 ? 2 : 0));
    }
  }
}
