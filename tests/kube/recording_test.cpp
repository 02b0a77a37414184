#include "kube/reference_projection.hpp"
#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <sstream>

using namespace tallyman::kube::testing;

namespace {

lines values_of(const std::string& ndjson) {
  lines values;
  std::istringstream in{ndjson};
  for (std::string line; std::getline(in, line);)
    if (!line.empty())
      values.push_back(line);
  return values;
}

lines reference_of(const lines& values) {
  lines all;
  for (const auto& value : values)
    for (auto& line : reference_lines(value))
      all.push_back(std::move(line));
  return all;
}

} // namespace

TEST_CASE("the recording of a cluster is projected as by the obvious program") {
  const auto recording = read_data("cluster.ndjson");
  const auto values = values_of(recording);
  const auto all = decode(recording);
  CHECK(all.error.empty());
  CHECK(values.size() == 1523);
  CHECK(all.lines == reference_of(values));
  CHECK(all.counters.kinds.at("Pod").read == 145 + 729 + 100);
  CHECK(all.counters.bookmarks == 12);
  CHECK(all.counters.watch_events == 1522);
  CHECK(all.counters.lists == 1);
  CHECK(all.counters.bytes == recording.size());
}

TEST_CASE("a recording of a cluster of another age is projected as by the obvious program") {
  const auto recording = read_data("cluster.ndjson", rollouts_1_32);
  const auto values = values_of(recording);
  const auto all = decode(recording);
  CHECK(all.error.empty());
  CHECK(all.warnings.empty());
  CHECK(all.lines == reference_of(values));
  CHECK(all.counters.kinds.at("Pod").read == 49 + 252 + 28);
  CHECK(all.counters.bookmarks == 9);
  CHECK(all.counters.watch_events == 603);
  const auto is_volume = [](const std::string& line) {
    return contains(line, "[3 model registry.example/shop/model:7  ]");
  };
  CHECK(std::any_of(all.lines.begin(), all.lines.end(), is_volume));
}

TEST_CASE("what kubectl prints while it watches is projected as by the obvious program") {
  const auto recording = read_data("kubectl-pods.watch.json");
  CHECK(facts_of(recording) == reference_of(values_of(recording)));
}

TEST_CASE("lists as the server sends them and as kubectl prints them are projected alike") {
  for (const auto* file : {"final/pods.json", "final/nodes.json", "final/owners.json",
                           "watch/nodes.list.json", "watch/pods.list.json"}) {
    const auto list = read_data(file);
    CHECK(facts_of(list) == reference_lines(list));
    CHECK(facts_of(nlohmann::ordered_json::parse(list).dump()) == reference_lines(list));
  }
  for (const auto* file : {"final/pods.json", "final/nodes.json", "final/owners.json"}) {
    const auto list = read_data(file, rollouts_1_32);
    CHECK(facts_of(list) == reference_lines(list));
  }
}

TEST_CASE("a stream that is printed prettily says the same as one in lines") {
  const auto values = values_of(read_data("kubectl-pods.watch.json"));
  std::string compact;
  std::string pretty;
  for (std::size_t i = 0; i < values.size(); i += 7) {
    compact += values[i] + "\n";
    pretty += nlohmann::ordered_json::parse(values[i]).dump(4) + "\n";
  }
  CHECK(facts_of(pretty) == facts_of(compact));
}

TEST_CASE("a stream says the same however it is cut") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto recording = read_data("cluster.ndjson");
  const auto expected = decode(recording);
  const auto check = [&](std::string_view text, const lines& wanted, const chunking& next) {
    const auto cut = decode(text, {}, next);
    CHECK(cut.error.empty());
    CHECK(cut.lines == wanted);
  };
  for (const std::size_t size : {127U, 4093U, 65'536U, 1'000'003U})
    check(recording, expected.lines, [size] { return size; });
  check(recording, expected.lines, [&] { return 1 + random() % 20'000; });
  const auto part = std::string_view{recording}.substr(0, recording.find('\n', 300'000) + 1);
  const auto of_part = facts_of(part);
  for (const std::size_t size : {1U, 2U, 61U})
    check(part, of_part, [size] { return size; });
  for (int round = 0; round < 4; ++round)
    check(part, of_part, [&] { return 1 + random() % 200; });
}
