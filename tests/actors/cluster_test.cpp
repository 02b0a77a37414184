#include "actors/test_cluster.hpp"
#include "journal/disk_storage.hpp"
#include "support/simulated_storage.hpp"
#include "support/temporary_directory.hpp"

#include <catch2/catch.hpp>

#include <atomic>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

std::string digest_of(cluster& running) {
  auto view = running.view();
  REQUIRE(view.ok());
  return digest((*view)->state, digest_scope::everything);
}

} // namespace

TEST_CASE("the actors come to the same state as the state machine without actors") {
  const auto threads = GENERATE(1u, 2u);
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed << ", threads " << threads);
    const temporary_directory directory;
    journal::disk_storage disk;
    test_system system{threads};
    const auto options = test_options();
    reference_cluster reference{options.scan_grace_ms};
    auto running = open(system, disk, directory.path() + "/j", options);
    live_through(seed, 300, *running, reference);
    CHECK(digest_of(*running) == reference.digest());
    CHECK(running->close().ok());
  }
}

TEST_CASE("a cluster comes back exactly as it was, from the journal alone and from snapshot and journal") {
  const auto snapshot_every = GENERATE(std::uint64_t{0}, std::uint64_t{40});
  for (std::uint64_t seed = 100; seed < 106; ++seed) {
    INFO("seed " << seed << ", a snapshot every " << snapshot_every);
    const temporary_directory directory;
    const auto path = directory.path() + "/j";
    journal::disk_storage disk;
    test_system system{2};
    auto options = test_options();
    options.snapshot_every = snapshot_every;
    reference_cluster reference{options.scan_grace_ms};
    {
      auto running = open(system, disk, path, options);
      live_through(seed, 300, *running, reference);
      CHECK(running->close().ok());
    }
    for (const bool ignore_snapshots : {false, true}) {
      auto again = test_options();
      again.ignore_snapshots = ignore_snapshots;
      again.create = false;
      again.read_only = true;
      auto recovered = open(system, disk, path, again);
      CHECK((recovered->journal_info().snapshot_sequence > 0) == (snapshot_every > 0));
      CHECK(digest_of(*recovered) == reference.digest());
      CHECK((*recovered->view())->state.sequence == reference.state().sequence);
    }
  }
}

TEST_CASE("a recovered cluster goes on as if it had never stopped") {
  for (std::uint64_t seed = 200; seed < 206; ++seed) {
    INFO("seed " << seed);
    journal::simulated_storage disk{seed};
    test_system system{2};
    auto options = test_options();
    options.snapshot_every = 100;
    reference_cluster reference{options.scan_grace_ms};
    random_cluster for_reference{seed, reference.strings()};
    // The clock and the stream go on over the restarts; the strings start anew with each table.
    for (int life = 0; life < 4; ++life) {
      auto running = open(system, disk, "j", options);
      if (life > 0)
        reference.restart();
      random_cluster for_running{seed, running->strings()};
      for (int step = 0; step < life * 80; ++step)
        for_running.next();
      for (int step = 0; step < 80; ++step) {
        REQUIRE(running->submit(for_running.next()).ok());
        reference.submit(for_reference.next());
      }
      CHECK(digest_of(*running) == reference.digest());
      CHECK(running->close().ok());
    }
  }
}

TEST_CASE("a small cluster is snapshotted by time, which goes on over restarts") {
  journal::simulated_storage disk{1};
  test_system system{1};
  auto options = test_options(); // whose clock goes on by a minute with each step
  options.snapshot_every = GENERATE(std::uint64_t{0}, std::uint64_t{1} << 20);
  options.snapshot_every_ms = 30 * 60'000;
  std::vector<std::uint64_t> snapshots;
  for (int life = 0; life < 4; ++life) {
    auto running = open(system, disk, "j", options);
    random_cluster events{static_cast<std::uint64_t>(life), running->strings()};
    for (int step = 0; step < 20; ++step)
      REQUIRE(running->submit(events.next()).ok());
    REQUIRE(running->drain().ok());
    snapshots.push_back(running->journal_info().snapshot_sequence);
    CHECK(running->close().ok());
  }
  if (options.snapshot_every == 0) {
    CHECK(snapshots == std::vector<std::uint64_t>{0, 0, 0, 0});
    return;
  }
  CHECK(snapshots[0] == 0);
  CHECK(snapshots[1] > 0);
  CHECK(snapshots[3] > snapshots[1]);
}

TEST_CASE("a view taken while ingest goes on is the state at its sequence") {
  const temporary_directory directory;
  journal::disk_storage disk;
  test_system system{2};
  const auto options = test_options();
  auto running = open(system, disk, directory.path() + "/j", options);
  random_cluster life{77, running->strings()};
  std::vector<cluster_view_ptr> views;
  for (int step = 0; step < 400; ++step) {
    REQUIRE(running->submit(life.next()).ok());
    if (step % 40 == 7)
      views.push_back(*running->view());
  }
  for (const auto& view : views) {
    reference_cluster reference{options.scan_grace_ms};
    random_cluster same_life{77, reference.strings()};
    while (reference.state().sequence < view->state.sequence)
      reference.submit(same_life.next());
    INFO("sequence " << view->state.sequence);
    // A step may end behind the view's sequence only if it added nothing more.
    REQUIRE(reference.state().sequence == view->state.sequence);
    CHECK(digest(view->state, digest_scope::content) == digest(reference.state(), digest_scope::content));
  }
}

TEST_CASE("after a sync failed nothing more is taken, and what was acknowledged is still there") {
  journal::simulated_storage disk{5};
  test_system system{2};
  std::uint64_t acknowledged = 0;
  {
    auto running = open(system, disk, "j", test_options());
    random_cluster life{5, running->strings()};
    for (int step = 0; step < 50; ++step)
      REQUIRE(running->submit(life.next()).ok());
    REQUIRE(running->drain().ok());
    acknowledged = (*running->view())->state.sequence;
    disk.fail_sync(1);
    result<void> sent;
    for (int step = 0; step < 100'000 && sent; ++step)
      sent = running->submit(life.next());
    REQUIRE_FALSE(sent.ok());
    CHECK(sent.failure().kind == error_kind::io);
    CHECK_FALSE(running->submit(life.next()).ok());
    CHECK_FALSE(running->drain().ok());
  }
  disk.power_loss(journal::simulated_storage::loss::everything);
  auto again = open(system, disk, "j", test_options());
  CHECK((*again->view())->state.sequence >= acknowledged);
}

TEST_CASE("a question that comes after the journal has failed is answered with the failure") {
  journal::simulated_storage disk{8};
  test_system system{2};
  auto running = open(system, disk, "j", test_options());
  random_cluster life{8, running->strings()};
  REQUIRE(running->drain().ok());
  disk.fail_sync(1);
  for (int step = 0; step < 5; ++step)
    static_cast<void>(running->submit(life.next()));
  const auto view = running->view();
  REQUIRE_FALSE(view.ok());
  CHECK(view.failure().kind == error_kind::io);
  CHECK_FALSE(running->snapshot().ok());
}

TEST_CASE("more new strings at once than a batch of the journal holds do not make it unreadable") {
  journal::simulated_storage disk{9};
  test_system system{2};
  std::string before;
  {
    auto running = open(system, disk, "j", test_options());
    interner intern{running->strings()};
    // The strings of all steps are interned before the first step is journaled, as a fast decoder does it.
    std::vector<observations> steps(20);
    for (std::size_t step = 0; step < steps.size(); ++step) {
      pod_observed seen;
      seen.id = parse_uid("pod-" + std::to_string(step), intern);
      seen.phase = pod_phase::running;
      std::vector<container> containers;
      for (int i = 0; i < 600; ++i) {
        const auto name = std::to_string(step) + '/' + std::to_string(i) + std::string(1'000, 'x');
        containers.push_back({intern("c" + std::to_string(i)), intern(name), intern(name + "id"), {}, {}});
      }
      seen.containers = steps[step].batch.add_containers(containers.data(), containers.size());
      steps[step].batch.facts.push_back({0, seen});
    }
    for (auto& each : steps)
      REQUIRE(running->submit(std::move(each)).ok());
    before = digest_of(*running);
    CHECK((*running->view())->state.placed.pods().size() == 20);
    CHECK(running->close().ok());
  }
  auto again = open(system, disk, "j", test_options());
  CHECK(digest_of(*again) == before);
}

TEST_CASE("a snapshot that cannot be decoded is passed over, and the journal stands in for it") {
  journal::simulated_storage disk{10};
  test_system system{2};
  auto options = test_options();
  reference_cluster reference{options.scan_grace_ms};
  {
    auto running = open(system, disk, "j", options);
    live_through(10, 100, *running, reference);
    REQUIRE(running->drain().ok());
    CHECK(running->close().ok());
  }
  {
    // A snapshot whose checksums are right and whose content is nonsense.
    journal::log_options log_options;
    auto log = journal::log::open(disk, "j", log_options);
    REQUIRE(log.ok());
    REQUIRE((*log)->start({}).ok());
    auto writer = (*log)->begin_snapshot(reference.state().sequence);
    REQUIRE(writer.ok());
    REQUIRE((*writer)->add_block(1, "nonsense").ok());
    REQUIRE((*writer)->commit().ok());
    REQUIRE((*log)->close().ok());
  }
  auto again = open(system, disk, "j", options);
  CHECK(digest_of(*again) == reference.digest());
}

TEST_CASE("a snapshot that fails does not stop the ingest") {
  journal::simulated_storage disk{6};
  test_system system{2};
  auto options = test_options();
  reference_cluster reference{options.scan_grace_ms};
  auto running = open(system, disk, "j", options);
  live_through(6, 100, *running, reference);
  REQUIRE(running->drain().ok());
  disk.fail_rename(1);
  CHECK_FALSE(running->snapshot().ok());
  CHECK(running->snapshot().ok());
  CHECK(digest_of(*running) == reference.digest());
}

TEST_CASE("reading a journal that does not exist does not make one") {
  const temporary_directory directory;
  journal::disk_storage disk;
  test_system system{1};
  auto options = test_options();
  options.create = false;
  options.read_only = true;
  const auto opened = cluster::open(system.actors, disk, directory.path() + "/none", options);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.failure().kind == error_kind::usage);
  CHECK_FALSE(std::filesystem::exists(directory.path() + "/none"));
}

TEST_CASE("who submits is told when it is applied, also if all of it said nothing new") {
  const temporary_directory directory;
  journal::disk_storage disk;
  test_system system{2};
  auto running = open(system, disk, directory.path() + "/j", test_options());
  std::atomic<int> told{0};
  for (int i = 0; i < 3; ++i) {
    observations seen;
    seen.batch.facts.push_back({0, node_observed{{1, 2}, running->strings().intern("n"), {}, {}, 1}});
    REQUIRE(running->submit(std::move(seen), [&] { ++told; }).ok());
  }
  REQUIRE(running->drain().ok());
  CHECK(told == 3);
  const auto counts = running->counts();
  REQUIRE(counts.ok());
  CHECK(counts->at("Node").journaled == 1);
  CHECK(counts->at("Node").no_ops == 2);
}
