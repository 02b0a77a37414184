#include "actors/test_cluster.hpp"
#include "support/simulated_storage.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>

using namespace tallyman;
using namespace tallyman::testing;

TEST_CASE("an image that throws in mid-batch is rebuilt to the undisturbed state") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    journal::simulated_storage disk{seed};
    test_system system{2};
    // Whichever image comes to apply the 15th, 30th and 45th event. How many are applied depends on how many
    // become durable together: those behind one that throws are not.
    std::atomic<int> applied{0};
    const image_fault faults = [&](const image_key&, std::uint64_t) {
      const auto count = ++applied;
      if (count == 15 || count == 30 || count == 45)
        throw std::runtime_error{"struck on purpose"};
    };
    auto options = test_options();
    options.snapshot_every = seed % 2 == 0 ? 60 : 0;
    reference_cluster reference{options.scan_grace_ms};
    auto running = open(system, disk, "j", options, &faults);
    live_through(seed, 300, *running, reference);
    const auto view = running->view();
    REQUIRE(view.ok());
    CHECK(applied >= 45);
    CHECK((*view)->quarantined.empty());
    CHECK(digest((*view)->state, digest_scope::everything) == reference.digest());
  }
}

TEST_CASE("an image that keeps throwing is set aside with its reason, and the others go on") {
  journal::simulated_storage disk{3};
  test_system system{2};
  std::atomic<std::uint32_t> victim{0};
  const image_fault faults = [&](const image_key& key, std::uint64_t sequence) {
    auto none = std::uint32_t{0};
    if (sequence > 20)
      victim.compare_exchange_strong(none, static_cast<std::uint32_t>(key.name));
    if (static_cast<std::uint32_t>(key.name) == victim)
      throw std::runtime_error{"always the same one"};
  };
  auto options = test_options();
  reference_cluster reference{options.scan_grace_ms};
  auto running = open(system, disk, "j", options, &faults);
  // In several deliveries: what becomes durable together fails together, as one attempt.
  random_cluster for_running{3, running->strings()}, for_reference{3, reference.strings()};
  std::size_t set_aside = 0;
  for (int step = 0; step < 300; ++step) {
    REQUIRE(running->submit(for_running.next()).ok());
    reference.submit(for_reference.next());
    REQUIRE(running->drain().ok());
    // Looked for on the way: in the end nobody may run it any more, and it is forgotten.
    const auto now = running->view();
    REQUIRE(now.ok());
    set_aside += (*now)->quarantined.size();
    for (const auto& each : (*now)->quarantined)
      CHECK(each.reason == "always the same one");
  }
  CHECK(set_aside > 0);
  const auto view = running->view();
  REQUIRE(view.ok());
  const auto& state = (*view)->state;
  std::size_t compared = 0;
  for (const auto& expected : reference.state().images) {
    const auto name = reference.strings().text(expected.key().name);
    for (const auto& found : state.images)
      if (!found.pods().empty() && state.strings->text(found.key().name) == name &&
          state.strings->text(found.key().image_id) == reference.strings().text(expected.key().image_id) &&
          state.strings->text(found.key().architecture) ==
              reference.strings().text(expected.key().architecture)) {
        CHECK(found.pods().size() == expected.pods().size());
        ++compared;
      }
  }
  CHECK(compared > 0);
}
