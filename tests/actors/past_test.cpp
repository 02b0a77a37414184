#include "actors/journaled_life.hpp"
#include "actors/naive_history.hpp"
#include "replay/history.hpp"
#include "tally/history/image_search.hpp"
#include "tally/history/owner_search.hpp"
#include "tally/snapshot/digest.hpp"
#include "tally/snapshot/state_difference.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

constexpr int steps_of_a_life = 70;

std::string repeat(std::uint64_t seed) {
  return fmt::format("seed {0}; repeat with: TALLYMAN_SEED={0} ./test_actors \"<name of this test case>\"",
                     seed);
}

/// The lines of a told history, sorted: of what one fact changes, no order is promised between images.
std::vector<std::string> lines_of(const told_history& told) {
  const auto& strings = *told.strings;
  const auto text = [&](string_id id) { return std::string{strings.text(id)}; };
  std::vector<std::string> lines;
  for (const auto& each : told.entries) {
    const bool scan = each.kind == history_kind::scanned || each.kind == history_kind::scanned_before ||
                      each.kind == history_kind::scan_failed || each.kind == history_kind::scan_refused;
    lines.push_back(naive_history::line(
        each.sequence, each.time_ms,
        {text(each.image.image_id), text(each.image.architecture), text(each.image.name)},
        to_string(each.kind), each.who.id.empty() ? "" : naive_history::owner_line(each.who, strings),
        scan ? fmt::format("{} {} {}", each.failures, each.next_scan_at_ms, each.error) : ""));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> naive_lines(const journaled_life& life, const naive_history::asked& wanted,
                                     std::uint64_t from, std::uint64_t to) {
  cluster_state state{life.strings(), 0, tally_rules::first};
  for (std::uint64_t i = 0; i + 1 < from; ++i)
    apply(state, life.facts()[i]);
  naive_history history{state, wanted};
  for (std::uint64_t i = from - 1; i < to; ++i) {
    apply(state, life.facts()[i]);
    history.after(life.facts()[i]);
  }
  auto lines = history.lines();
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Every owner that ever owned an image, as KIND/NAMESPACE/NAME.
std::vector<owner_name> owners_in(const journaled_life& life) {
  std::map<std::string, owner_name> all;
  cluster_state state{life.strings(), 0, tally_rules::first};
  for (const auto& each : life.facts()) {
    apply(state, each);
    for (const auto& image : state.images)
      for (const auto& [index, pods] : image.owners()) {
        const auto& who = state.placed.owners()[index];
        if (life.strings()->text(who.kind) == "Tenant")
          continue; // found by namespace, and has none
        const owner_name name{std::string{life.strings()->text(who.kind)},
                              std::string{life.strings()->text(who.name_space)}, who.name};
        all.emplace(name.kind + '/' + name.name_space + '/' + name.name, name);
      }
  }
  std::vector<owner_name> owners;
  for (const auto& [text, name] : all)
    owners.push_back(name);
  return owners;
}

struct range {
  std::uint64_t from;
  std::uint64_t to;
};

/// All of it, or any part.
range some_range(journaled_life& life) {
  const auto last = life.facts().size();
  if (life.random().percent(40))
    return {1, last};
  const auto from = 1 + life.random().below(last);
  return {from, from + life.random().below(last - from + 1)};
}

} // namespace

TEST_CASE("the state at any moment is what all facts up to it make, from whichever snapshot it comes") {
  std::size_t snapshots = 0;
  for (const auto seed : seeds(100)) {
    journaled_life life{seed, steps_of_a_life};
    snapshots += life.snapshots().size();
    cluster_state state{life.strings(), life.log().info().id.low, tally_rules::first};
    INFO(repeat(seed));
    for (std::uint64_t sequence = 0;; ++sequence) {
      INFO("after event " << sequence);
      if (life.random().percent(30)) {
        const auto then = state_at(life.log(), sequence);
        REQUIRE(then.ok());
        REQUIRE(then->sequence == sequence);
        REQUIRE(digest(*then, digest_scope::everything) == digest(state, digest_scope::everything));
        const auto to_query = state_at(life.log(), sequence, {.without_intake = true});
        const auto difference = difference_between(owned_images_of(*to_query), owned_images_of(state));
        REQUIRE(difference.empty());
      }
      if (sequence == life.facts().size())
        break;
      state.incoming.remember(life.facts()[sequence], life.facts()[sequence].facts.front());
      apply(state, life.facts()[sequence]);
    }
  }
  CHECK((std::getenv("TALLYMAN_SEED") != nullptr || snapshots > 20));
}

TEST_CASE("the history of an image from the events that matter is the one that all events tell") {
  std::size_t told_lines = 0;
  for (const auto seed : seeds(150)) {
    journaled_life life{seed, steps_of_a_life};
    for (const auto* wanted : {"app:0", "app:1", "app:2", "app:3", "56:1", "56:4", "pp", ":5"}) {
      const auto [from, to] = some_range(life);
      INFO(repeat(seed) << "; " << wanted << " from " << from << " to " << to);
      image_search search{wanted};
      const auto told = tell_history(life.log(), search, from, to);
      REQUIRE(told.ok());
      REQUIRE(lines_of(*told) == naive_lines(life, {wanted, ""}, from, to));
      told_lines += told->entries.size();
    }
  }
  CHECK((std::getenv("TALLYMAN_SEED") != nullptr || told_lines > 5'000));
}

TEST_CASE("the history of an owner from the events that matter is the one that all events tell") {
  std::size_t told_lines = 0;
  for (const auto seed : seeds(150)) {
    journaled_life life{seed, steps_of_a_life};
    auto owners = owners_in(life);
    for (int i = 0; i < 8 && !owners.empty(); ++i) {
      const auto wanted = life.random().pick(owners);
      const auto [from, to] = some_range(life);
      const auto name = wanted.kind + '/' + wanted.name_space + '/' + wanted.name;
      INFO(repeat(seed) << "; " << name << " from " << from << " to " << to);
      owner_search search{wanted};
      const auto told = tell_history(life.log(), search, from, to);
      REQUIRE(told.ok());
      REQUIRE(lines_of(*told) == naive_lines(life, {"", name}, from, to));
      told_lines += told->entries.size();
    }
  }
  CHECK((std::getenv("TALLYMAN_SEED") != nullptr || told_lines > 300));
}

TEST_CASE("the difference between two moments is what the histories between them add up to") {
  for (const auto seed : seeds(150)) {
    journaled_life life{seed, steps_of_a_life};
    const auto last = life.facts().size();
    const auto from = life.random().below(last + 1);
    const auto to = life.random().below(last + 1);
    const auto before = state_at(life.log(), from), after = state_at(life.log(), to);
    REQUIRE((before.ok() && after.ok()));
    const auto found = difference_between(owned_images_of(*before), owned_images_of(*after));
    // Undone, it must lead back: the other way round it is the same with gained and lost exchanged.
    const auto back = difference_between(owned_images_of(*after), owned_images_of(*before));
    using pairs = std::set<std::pair<image_text, owner_text>>;
    const auto all = [](const owned_images& images) {
      pairs flat;
      for (const auto& each : images)
        for (const auto& owner : each.owners)
          flat.emplace(each.image, owner);
      return flat;
    };
    auto walked = all(owned_images_of(*before));
    for (const auto& [image, owner] : all(found.images_lost))
      REQUIRE(walked.erase({image, owner}) == 1);
    for (const auto& each : found.images_changed) {
      for (const auto& owner : each.owners_lost)
        REQUIRE(walked.erase({each.image, owner}) == 1);
      for (const auto& owner : each.owners_gained)
        REQUIRE(walked.emplace(each.image, owner).second);
    }
    for (const auto& pair : all(found.images_gained))
      REQUIRE(walked.insert(pair).second);
    INFO(repeat(seed) << "; from " << from << " to " << to);
    REQUIRE(walked == all(owned_images_of(*after)));
    CHECK(found.owners_gained == back.owners_lost);
    CHECK(found.owners_lost == back.owners_gained);
    CHECK(found.empty() == (all(owned_images_of(*before)) == all(owned_images_of(*after))));
  }
}

TEST_CASE("a journal that gave up history tells the rest of it, and says where it begins") {
  std::size_t forgot = 0;
  for (const auto seed : seeds(100)) {
    journal::retention_limits keep;
    keep.bytes = 1;
    journaled_life life{seed, 2 * steps_of_a_life, keep};
    const auto begins = life.log().info().history_sequence;
    const auto last = life.facts().size();
    INFO(repeat(seed) << "; the history begins after event " << begins << " of " << last);
    if (begins == 0)
      continue;
    ++forgot;
    const auto gone = state_at(life.log(), begins - 1);
    REQUIRE_FALSE(gone.ok());
    REQUIRE(gone.failure().kind == error_kind::usage);
    cluster_state state{life.strings(), life.log().info().id.low, tally_rules::first};
    for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
      state.incoming.remember(life.facts()[sequence - 1], life.facts()[sequence - 1].facts.front());
      apply(state, life.facts()[sequence - 1]);
      if (sequence < begins || !life.random().percent(10))
        continue;
      const auto then = state_at(life.log(), sequence);
      REQUIRE(then.ok());
      REQUIRE(digest(*then, digest_scope::everything) == digest(state, digest_scope::everything));
    }
    for (const auto* wanted : {"app:0", "56:1", "pp"}) {
      image_search search{wanted};
      const auto told = tell_history(life.log(), search, begins + 1, last);
      REQUIRE(told.ok());
      REQUIRE(lines_of(*told) == naive_lines(life, {wanted, ""}, begins + 1, last));
    }
  }
  CHECK((std::getenv("TALLYMAN_SEED") != nullptr || forgot > 20));
}
