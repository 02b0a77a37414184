// Tombstones against a plain map and a list: the table behind them shifts, grows and gives slots anew.

#include "messages/seed.hpp"
#include "tally/tombstones.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace tallyman;

namespace {

constexpr auto pod_kind = string_id{1};
constexpr auto node_kind = string_id{2};

/// The same, in the plainest way.
class plain_tombstones {
public:
  void bury(const uid& id, string_id kind, std::uint64_t version) {
    if (order_.size() == tombstones::size_max) {
      entries_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(id);
    entries_[id] = {std::prev(order_.end()), kind, version};
  }
  void remove(const uid& id) {
    order_.erase(entries_.at(id).place);
    entries_.erase(id);
  }
  void lower(string_id kind, std::uint64_t version) {
    for (auto& [id, each] : entries_)
      if (each.kind == kind)
        each.version = std::min(each.version, version);
  }

  struct entry {
    std::list<uid>::iterator place;
    string_id kind{};
    std::uint64_t version = 0;
  };
  const std::list<uid>& order() const { return order_; }
  const std::map<uid, entry>& entries() const { return entries_; }

private:
  std::list<uid> order_;
  std::map<uid, entry> entries_;
};

void require_same(const tombstones& gone, const plain_tombstones& plain) {
  REQUIRE(gone.size() == plain.order().size());
  auto expected = plain.order().begin();
  gone.for_each([&](const tombstones::entry& each) {
    const auto& known = plain.entries().at(each.id);
    if (each.id != *expected++ || each.kind != known.kind || each.version != known.version ||
        gone.find(each.id) != &each)
      FAIL("another tombstone than expected: uid " << each.id.high);
  });
  REQUIRE(expected == plain.order().end());
}

} // namespace

TEST_CASE("a tombstone is found until it is removed or displaced, whatever was buried around it") {
  const auto seed = testing::test_seed();
  INFO("TALLYMAN_SEED=" << seed);
  std::mt19937_64 random{seed};
  for (int run = 0; run < 20; ++run) {
    tombstones gone;
    plain_tombstones plain;
    // So few uids that most are buried and removed over and over, and neighbours in the table.
    const std::uint64_t uids = 1 + random() % 500;
    for (int step = 0; step < 5'000; ++step) {
      const uid id{1 + random() % uids, 7};
      const auto kind = random() % 4 == 0 ? node_kind : pod_kind;
      REQUIRE(gone.contains(id) == plain.entries().contains(id));
      if (random() % 200 == 0) {
        const auto version = 1 + random() % 1'000;
        gone.lower(kind, version);
        plain.lower(kind, version);
      } else if (gone.contains(id)) {
        gone.remove(id);
        plain.remove(id);
      } else {
        const auto version = random() % 1'000;
        gone.bury(id, kind, version);
        plain.bury(id, kind, version);
      }
    }
    require_same(gone, plain);
    const auto copy = gone;
    require_same(copy, plain);
  }
}

TEST_CASE("the oldest tombstone goes first, also when most of them came back before it was its turn") {
  const auto seed = testing::test_seed();
  INFO("TALLYMAN_SEED=" << seed);
  std::mt19937_64 random{seed};
  tombstones gone;
  plain_tombstones plain;
  std::vector<uid> buried;
  constexpr auto full = tombstones::size_max;
  for (std::uint64_t i = 1; i <= full * 5 / 2; ++i) {
    const uid id{i, random()};
    gone.bury(id, pod_kind, i);
    plain.bury(id, pod_kind, i);
    buried.push_back(id);
    for (int attempt = i < full * 6 / 5 ? 4 : 0; attempt < 4; ++attempt) {
      const auto& again = buried[random() % buried.size()];
      const bool is_gone = plain.entries().contains(again);
      if (gone.contains(again) != is_gone)
        FAIL("uid " << again.high << " is gone in one of the two");
      if (is_gone) {
        gone.remove(again);
        plain.remove(again);
      }
    }
  }
  require_same(gone, plain);
}
