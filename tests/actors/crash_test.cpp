// Cases 14 and 15 of the crash suite (docs/crash-suite.md), from the actors' side.

#include "actors/test_cluster.hpp"
#include "support/simulated_storage.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

using loss = journal::simulated_storage::loss;

constexpr int steps = 120;

std::string digest_of(cluster& running, digest_scope scope) {
  const auto view = running.view();
  if (!view)
    FAIL(view.failure().what);
  return digest((*view)->state, scope);
}

/// An undisturbed life: what there is after each step.
struct undisturbed {
  explicit undisturbed(std::uint64_t seed) : reference(test_options().scan_grace_ms) {
    remember(0);
    random_cluster made_up{seed, reference.strings()};
    for (int step = 1; step <= steps; ++step) {
      reference.submit(made_up.next());
      remember(step);
    }
  }

  struct moment {
    int step;
    std::string digest;
  };

  reference_cluster reference;
  std::map<std::uint64_t, moment> by_sequence; ///< of the last step that ends there

private:
  void remember(int step) { by_sequence[reference.state().sequence] = {step, reference.digest()}; }
};

/// Lives until the disk stops, which the journal, and with it the supervisor, does not survive. Returns the
/// steps that were acknowledged: known to be durable and applied.
int live_until_it_dies(std::uint64_t seed, journal::simulated_storage& disk, std::uint64_t snapshot_every) {
  test_system system{2};
  auto options = test_options();
  options.snapshot_every = snapshot_every;
  int acknowledged = 0;
  auto opened = cluster::open(system.actors, disk, "/j", options);
  if (!opened)
    return acknowledged;
  random_cluster made_up{seed, (*opened)->strings()};
  for (int step = 1; step <= steps; ++step) {
    if (!(*opened)->submit(made_up.next()))
      break;
    if (step % 4 != 0)
      continue; // mail queues up meanwhile
    if (!(*opened)->drain())
      break;
    acknowledged = step;
  }
  return acknowledged;
}

} // namespace

TEST_CASE("case 14: an image that dies with mail queued is rebuilt to the undisturbed state") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    journal::simulated_storage disk{seed};
    test_system system{2};
    std::atomic<int> applied{0};
    std::atomic<int> submitted{0};
    // The image holds still until thirty more steps have been sent, and falls then.
    const image_fault faults = [&](const image_key&, std::uint64_t) {
      if (++applied != 25)
        return;
      const int enough = submitted + 30;
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
      while (submitted < enough && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      throw std::runtime_error{"struck on purpose"};
    };
    auto options = test_options();
    reference_cluster reference{options.scan_grace_ms};
    auto running = open(system, disk, "/j", options, &faults);
    random_cluster for_running{seed, running->strings()};
    random_cluster for_reference{seed, reference.strings()};
    for (int step = 0; step < 200; ++step) {
      REQUIRE(running->submit(for_running.next()));
      reference.submit(for_reference.next());
      ++submitted;
    }
    CHECK(digest_of(*running, digest_scope::everything) == reference.digest());
    CHECK(applied >= 25);
    CHECK((*running->view())->quarantined.empty());
  }
}

TEST_CASE(
    "cases 14 and 15: a supervisor that dies at any time comes back to the undisturbed state at what is "
    "durable, and the source goes on from there") {
  int followed = 0; ///< seeds whose rest was compared
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    INFO("seed " << seed);
    const undisturbed told{seed};
    journal::simulated_storage disk{seed};
    disk.stop_at(seed * 17 % 160 + 8);
    const int acknowledged = live_until_it_dies(seed, disk, seed % 3 == 0 ? 40 : 0);
    if (seed % 2 == 0)
      disk.kill_process();
    else
      disk.power_loss(loss::subset);

    // Between the journal and the acknowledgement: what is durable may be more than the source was told.
    test_system system{2};
    const auto now = std::make_shared<std::int64_t>(1'600'000'000'000);
    auto options = test_options();
    options.now = [now] { return *now += 60'000; };
    auto running = open(system, disk, "/j", options);
    const auto view = running->view();
    REQUIRE(view);
    auto found = told.by_sequence.find((*view)->state.sequence);
    if (found == told.by_sequence.end() ||
        found->second.digest != digest((*view)->state, digest_scope::everything)) {
      // The settings of this start differ from the last ones, and were journaled behind what was found, at a
      // time that no undisturbed life has: there is nothing to compare the rest with.
      found = told.by_sequence.find((*view)->state.sequence - 1);
      REQUIRE(found != told.by_sequence.end());
      CHECK(found->second.step >= acknowledged);
      continue;
    }
    ++followed;
    const int durable_step = found->second.step;
    REQUIRE(durable_step >= acknowledged);

    // From there on it is the life of one that was stopped there: no list is under way, and the settings are
    // those of the start.
    reference_cluster reference{test_options().scan_grace_ms};
    random_cluster rest_for_reference{seed, reference.strings()};
    for (int step = 1; step <= durable_step; ++step)
      reference.submit(rest_for_reference.next());
    reference.restart();
    *now = 1'600'000'000'000 + 60'000 * (1 + durable_step); // read for the settings and for each step
    random_cluster rest{seed, running->strings()};
    for (int step = 1; step <= steps; ++step) {
      auto seen = rest.next();
      if (step <= durable_step)
        continue;
      REQUIRE(running->submit(std::move(seen)));
      reference.submit(rest_for_reference.next());
    }
    CHECK(digest_of(*running, digest_scope::content) == digest(reference.state(), digest_scope::content));
    CHECK(running->close().ok());
  }
  CHECK(followed > 4);
}

TEST_CASE(
    "case 15: the same journal gives the same state from a snapshot, from nothing, and with one thread") {
  for (std::uint64_t seed = 31; seed <= 36; ++seed) {
    INFO("seed " << seed);
    journal::simulated_storage disk{seed};
    disk.stop_at(seed * 5 % 60 + 60);
    live_until_it_dies(seed, disk, 30);
    disk.power_loss(loss::subset);
    {
      test_system system{1};
      CHECK(open(system, disk, "/j", test_options())->close().ok());
    }
    std::string first;
    for (const bool ignore_snapshots : {false, true})
      for (const std::size_t threads : {1U, 2U}) {
        test_system system{threads};
        auto options = test_options();
        options.create = false;
        options.read_only = true;
        options.ignore_snapshots = ignore_snapshots;
        auto running = open(system, disk, "/j", options);
        const auto now = digest_of(*running, digest_scope::everything);
        CHECK((first.empty() || now == first));
        first = now;
      }
  }
}
