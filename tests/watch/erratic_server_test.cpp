#include "watch/cluster_watch.hpp"
#include "watch/erratic_server.hpp"
#include "watch/virtual_pace.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <set>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;

namespace {

/// What a tally would hold of pods and nodes.
class small_tally {
public:
  explicit small_tally(const string_table& strings) : strings_(strings) {}

  result<void> take(const observations& seen) {
    const std::lock_guard lock{mutex_};
    auto list = seen.lists.begin();
    for (std::size_t i = 0; i <= seen.batch.facts.size(); ++i) {
      for (; list != seen.lists.end() && list->position <= i; ++list)
        listed_[std::string{strings_.text(list->kind.name)}].clear();
      if (i < seen.batch.facts.size())
        take(seen.batch, seen.batch.facts[i].body);
    }
    return {};
  }

  std::vector<std::string> objects() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> all;
    for (const auto& [kind, objects] : kinds_)
      for (const auto& [id, text] : objects)
        all.push_back(kind + ' ' + text);
    std::sort(all.begin(), all.end());
    return all;
  }

private:
  void take(const fact_batch& batch, const fact_body& body) {
    if (const auto* pod = std::get_if<pod_observed>(&body))
      put("Pod", pod->id, fmt::format("{} {}", batch.text(pod->name), strings_.text(pod->node)));
    else if (const auto* gone = std::get_if<pod_gone>(&body))
      kinds_["Pod"].erase(gone->id);
    else if (const auto* node = std::get_if<node_observed>(&body))
      put("Node", node->id,
          fmt::format("{} {}", strings_.text(node->name), strings_.text(node->architecture)));
    else if (const auto* end = std::get_if<node_gone>(&body))
      kinds_["Node"].erase(end->id);
    else if (const auto* synced = std::get_if<list_synced>(&body)) {
      const std::string kind{strings_.text(synced->kind)};
      std::erase_if(kinds_[kind], [&](const auto& each) { return !listed_[kind].contains(each.first); });
    }
  }
  void put(const std::string& kind, uid id, std::string text) {
    kinds_[kind][id] = std::move(text);
    listed_[kind].insert(id);
  }

  const string_table& strings_;
  mutable std::mutex mutex_; ///< guards all below
  std::map<std::string, std::map<uid, std::string>> kinds_;
  std::map<std::string, std::set<uid>> listed_;
};

watch_options options_of(std::uint64_t seed) {
  watch_options options;
  options.use_protobuf = false;
  options.stream_lists = seed % 2 == 0;
  options.seed = seed;
  return options;
}

void watch_an_erratic_server(std::uint64_t seed, unsigned minutes) {
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  virtual_pace time{4}; // pods, nodes, the guard, and this one
  erratic_server server{time, seed};
  if (seed % 3 == 0)
    server.use_numbers_of("777777777777777777777777");
  string_table strings;
  small_tally tally{strings};
  std::mutex mutex;
  std::vector<std::string> told;
  watch_sink sink;
  sink.submit = [&](observations seen) { return tally.take(seen); };
  sink.complain = sink.report = [&](const std::string& line) {
    const std::lock_guard lock{mutex};
    told.push_back(line);
  };
  api_access access;
  access.server = "https://api";
  access.source = "a test";
  cluster_watch watching{
      access,
      {{{"pods", "Pod", {"v1"}}, {"nodes", "Node", {"v1"}, false}}, options_of(seed), {}, server.connect()},
      strings,
      sink,
      time};
  watching.start([](std::string_view, std::string_view) { return std::string{}; }, [] {});
  const auto began = time.now();
  std::uint64_t most_in_a_minute = 0;
  unsigned restored = 0;
  unsigned wrong = 0;
  std::string first_wrong;
  // Lets time go by while the cluster changes.
  const auto live = [&](std::chrono::seconds span) {
    const auto requests_before = server.requests();
    for (auto passed = 0s; passed < span; passed += 1s) {
      time.wait(1s, {});
      if (random() % 2 == 0)
        server.change();
    }
    most_in_a_minute = std::max(most_in_a_minute, server.requests() - requests_before);
  };
  while (time.now() - began < std::chrono::minutes{minutes}) {
    const auto bad = static_cast<mood>(1 + random() % static_cast<unsigned>(mood::last));
    server.feel(bad);
    live(std::chrono::seconds{5 + random() % 55});
    std::string what = fmt::format("mood {}", static_cast<int>(bad));
    if (random() % 4 == 0 && server.restore()) {
      ++restored;
      what += ", restored";
    } else if (random() % 6 == 0) {
      server.compact();
      what += ", compacted";
    }
    server.feel(mood::well);
    live(59s);
    time.wait(999ms, {}); // what changed last has a moment to arrive
    if (tally.objects() != server.objects() && wrong++ < 5) {
      first_wrong += fmt::format("after {} min, {};", (time.now() - began) / 1min, what);
      const std::lock_guard lock{mutex};
      told.push_back("WRONG " + what);
    }
  }
  time.leave();
  REQUIRE(watching.stop().ok());
  INFO(first_wrong);
  CHECK(wrong == 0);
  CHECK(restored >= minutes / 100);
  std::set<std::string> sorts; // of lines, numbers aside
  for (auto line : told) {
    std::erase_if(line, [](char c) { return c >= '0' && c <= '9'; });
    sorts.insert(line);
  }
  INFO("requests in a minute: " << most_in_a_minute << ", lines: " << told.size() << " of " << sorts.size()
                                << " sorts");
  CHECK(most_in_a_minute <= 60);
  CHECK(sorts.size() <= 40);
  // At once, after 10, 30 and 70 minutes, then once an hour.
  CHECK(told.size() <= sorts.size() * (4 + minutes / 60));
}

} // namespace

TEST_CASE("whenever an erratic server behaves for a minute, the tally is right within that minute") {
  watch_an_erratic_server(GENERATE(range<std::uint64_t>(1, 5)), 250);
}

TEST_CASE("the same for two weeks", "[.long]") {
  watch_an_erratic_server(GENERATE(range<std::uint64_t>(1, 41)), 500);
}
