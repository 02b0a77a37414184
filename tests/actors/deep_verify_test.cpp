#include "actors/journaled_life.hpp"
#include "replay/deep_verify.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

TEST_CASE("deep verify takes events as recovery does, so it finds no damage in the life of a sound journal") {
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    INFO("seed " << seed);
    const journaled_life life{seed, 120};
    const auto sound = compare_snapshots(life.log(), life.snapshots());
    if (!sound)
      FAIL(sound.failure().what);
    compared += *sound;
  }
  CHECK(compared > 50);
}

TEST_CASE("deep verify refuses a snapshot of another event than its own, as recovery does") {
  journal::simulated_storage disk{1};
  journal::log_options options;
  options.create_if_missing = true;
  auto opened = journal::log::open(disk, "/journal", options);
  REQUIRE(opened);
  auto& log = **opened;
  REQUIRE(log.start({}));
  cluster_state state{std::make_shared<string_table>(), log.info().id.low, tally_rules::first};
  tallyman::fact_writer writer{*state.strings, state.strings->size()};
  // Two events, the second of which changes nothing that a digest covers.
  for (int event = 0; event < 2; ++event) {
    fact_batch settings;
    settings_changed change;
    change.scan_grace_ms = state.placed.images().grace_ms();
    change.rules = tally_rules::second;
    settings.facts.push_back({1'600'000'000'000, change});
    REQUIRE(log.append_durably(writer.encode(settings)));
    state.incoming.remember(settings, settings.facts[0]);
    state.apply(settings, state.sequence + 1);
  }
  state.defined_strings = writer.defined();
  state.sequence = 1;
  auto snapshot = log.begin_snapshot(2);
  REQUIRE(snapshot);
  REQUIRE(encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    return (*snapshot)->add_block(type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }));
  REQUIRE((*snapshot)->commit());
  const auto found = compare_snapshots(log, {2});
  REQUIRE_FALSE(found);
  CHECK(found.failure().kind == error_kind::damaged);
  CHECK_THAT(found.failure().what, Catch::Matchers::Contains("sequence 1, not of its own"));
}
