#include "model/feed.hpp"
#include "model/random_cluster.hpp"
#include "model/streams.hpp"
#include "model/view.hpp"
#include "tally/blocks.hpp"
#include "tally/snapshot/digest.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

/// A history as a journal would have it: what was admitted, batch by batch, and the state at its end.
struct history {
  history(std::uint64_t seed, int steps, const std::vector<std::string>& interned_before = {}) {
    for (const auto& text : interned_before)
      strings->intern(text);
    end.emplace(strings, seed);
    random_cluster cluster{seed, *strings};
    for (int step = 0; step < steps; ++step) {
      batches.push_back(admit(end->incoming, cluster.next()));
      apply(*end, batches.back());
    }
  }

  std::shared_ptr<string_table> strings = std::make_shared<string_table>();
  std::vector<fact_batch> batches;
  std::optional<cluster_state> end;
};

/// Replays a batch as recovery does.
void replay(cluster_state& state, const fact_batch& batch) {
  for (const auto& each : batch.facts)
    state.incoming.remember(batch, each);
  apply(state, batch);
}

/// Gives a table the ids that `all` has beyond it; false if it has texts of its own there.
bool complete(string_table& table, const string_table& all) {
  while (table.size() < all.size())
    if (!table.define(string_id{table.size()}, all.text(string_id{table.size()})))
      return false;
  return true;
}

} // namespace

TEST_CASE("the batch size leaves no trace in the state") {
  for (const auto seed : seeds(150)) {
    const history told{seed, 60};
    random_source random{seed};
    cluster_state other{told.strings, seed};
    for (const auto& batch : told.batches)
      for (std::size_t begin = 0; begin < batch.facts.size();) {
        const auto size = random.percent(50) ? 1 : 1 + random.below(8);
        const auto end = std::min(batch.facts.size(), begin + static_cast<std::size_t>(size));
        replay(other, part_of(batch, begin, end));
        begin = end;
      }
    INFO(repeat_with(seed));
    REQUIRE(difference(view_of(*told.end), view_of(other)) == "");
    REQUIRE(digest(*told.end, digest_scope::everything) == digest(other, digest_scope::everything));
    REQUIRE(digest(*told.end, digest_scope::content) == digest(other, digest_scope::content));
  }
}

TEST_CASE("one batch for a whole history leaves no trace in the state") {
  for (const auto seed : seeds(100)) {
    const auto strings = std::make_shared<string_table>();
    cluster_state in_steps{strings, seed};
    cluster_state at_once{strings, seed};
    random_cluster cluster{seed, *strings};
    observations all;
    for (int step = 0; step < 60; ++step) {
      const auto seen = cluster.next();
      apply(in_steps, admit(in_steps.incoming, seen));
      const auto facts_before = static_cast<std::uint32_t>(all.batch.facts.size());
      const auto texts_before = static_cast<std::uint32_t>(all.batch.texts.size());
      const auto containers_before = static_cast<std::uint32_t>(all.batch.containers.size());
      all.batch.texts += seen.batch.texts;
      all.batch.containers.insert(all.batch.containers.end(), seen.batch.containers.begin(),
                                  seen.batch.containers.end());
      for (auto each : seen.batch.facts) {
        shift(each, texts_before, containers_before);
        all.batch.facts.push_back(each);
      }
      for (const auto& list : seen.lists)
        all.lists.push_back({list.position + facts_before, list.kind});
    }
    apply(at_once, admit(at_once.incoming, all));
    INFO(repeat_with(seed));
    REQUIRE(difference(view_of(in_steps), view_of(at_once)) == "");
    REQUIRE(digest(in_steps, digest_scope::everything) == digest(at_once, digest_scope::everything));
  }
}

TEST_CASE("string ids and fingerprint seeds leave no trace in the digest") {
  for (const auto seed : seeds(60)) {
    const history told{seed, 40};
    const history other{seed, 40, {"a", "text", "that", "nothing", "uses"}};
    INFO(repeat_with(seed));
    REQUIRE(digest(*told.end, digest_scope::everything) == digest(*other.end, digest_scope::everything));
  }
}

TEST_CASE("a snapshot at any point and the rest give the state of the whole") {
  for (const auto seed : seeds(150)) {
    const history told{seed, 60};
    const auto cut = random_source{seed}.below(told.batches.size() + 1);
    cluster_state before{told.strings, seed};
    for (std::size_t i = 0; i < cut; ++i)
      replay(before, told.batches[i]);
    const auto blocks = encode(before);
    auto restored = decode(blocks);
    INFO(repeat_with(seed) << "; snapshot after batch " << cut);
    REQUIRE(restored.ok());
    REQUIRE(encode(*restored) == blocks);
    REQUIRE(digest(*restored, digest_scope::everything) == digest(before, digest_scope::everything));
    REQUIRE(complete(*restored->strings, *told.strings));
    for (std::size_t i = cut; i < told.batches.size(); ++i)
      replay(*restored, told.batches[i]);
    REQUIRE(difference(view_of(*told.end), view_of(*restored)) == "");
    REQUIRE(digest(*told.end, digest_scope::everything) == digest(*restored, digest_scope::everything));
  }
}

TEST_CASE("a snapshot with any one byte changed is refused or is a state that works") {
  for (const auto seed : seeds(3)) {
    const history told{seed, 50};
    auto blocks = encode(*told.end);
    random_source random{seed};
    std::size_t refused = 0, taken = 0;
    for (auto& block : blocks)
      for (auto& byte : block.bytes) {
        const auto whole = byte;
        byte ^= static_cast<std::byte>(1 + random.below(255));
        auto restored = decode(blocks);
        if (restored.ok()) {
          ++taken;
          CHECK(digest(*restored, digest_scope::everything).size() == 32);
          if (complete(*restored->strings, *told.strings) && random.percent(10))
            for (const auto& batch : told.batches)
              apply(*restored, admit(restored->incoming, {batch, {}}));
        } else {
          ++refused;
          if (restored.failure().kind != error_kind::damaged)
            FAIL(repeat_with(seed) << ": " << restored.failure().what);
        }
        byte = whole;
      }
    INFO(repeat_with(seed) << "; " << refused << " refused, " << taken << " taken");
    REQUIRE(refused > 100);
    REQUIRE(digest(*decode(blocks), digest_scope::everything) == digest(*told.end, digest_scope::everything));
  }
}

TEST_CASE("a snapshot that lacks a block, has one twice or out of order is refused") {
  for (const auto seed : seeds(20)) {
    const history told{seed, 50};
    const auto blocks = encode(*told.end);
    INFO(repeat_with(seed));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      auto without = blocks;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(decode(without).ok());
      auto twice = blocks;
      twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), blocks[i]);
      CHECK_FALSE(decode(twice).ok());
      if (i == 0)
        continue;
      auto swapped = blocks;
      std::swap(swapped[i - 1], swapped[i]);
      CHECK_FALSE(decode(swapped).ok());
    }
  }
}
