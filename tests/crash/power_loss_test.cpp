// Cases 2, 3 and 12 on the simulated disk: seeds by the thousand.

#include "crash/ledger.hpp"
#include "crash/seeds.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

constexpr int endless = 1'000'000;

/// Lets a process live until it stops at a random call, and then lose power as `kind` says.
void one_power_loss(std::uint64_t seed, loss kind) {
  std::mt19937_64 random(seed);
  simulated_storage disk(seed);
  ledger book;
  for (int life = 0; life < 2; ++life) {
    disk.stop_at(random() % 150 + 1);
    live(disk, seed, random, book, endless);
    disk.power_loss(kind);
    check_promises(disk, book);
  }
}

/// All kinds of ends in a row, recoveries that are cut short as well among them.
void one_life_after_the_other(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  simulated_storage disk(seed);
  ledger book;
  for (int life = 0; life < 3; ++life) {
    disk.stop_at(random() % (life == 0 ? 120 : 60) + 1);
    live(disk, seed, random, book, endless);
    const std::uint64_t kind = random() % 5;
    if (kind == 4)
      disk.kill_process();
    else
      disk.power_loss(kind == 0 ? loss::everything : kind == 1 ? loss::nothing : loss::subset);
    for (std::uint64_t again = random() % 4; again != 0; --again) {
      disk.stop_at(random() % 12 + 1);
      (void)log::open(disk, directory, small_options());
      disk.power_loss(loss::subset);
    }
    check_promises(disk, book);
  }
}

/// Lives long enough for history to be given up several times, with ends of all kinds between.
void one_forgetful_life(std::uint64_t seed, std::uint64_t& forgot) {
  std::mt19937_64 random(seed);
  simulated_storage disk(seed);
  ledger book;
  retention_limits keep;
  keep.bytes = (3 + random() % 4) * small_options().segment_bytes;
  std::uint64_t began = 1;
  for (int life = 0; life < 4; ++life) {
    disk.stop_at(random() % 400 + 1);
    live(disk, seed, random, book, endless, keep);
    const std::uint64_t kind = random() % 4;
    if (kind == 3)
      disk.kill_process();
    else
      disk.power_loss(kind == 0 ? loss::everything : kind == 1 ? loss::nothing : loss::subset);
    check_promises(disk, book);
    const auto first = open_log(disk, small_options())->info().first_sequence;
    REQUIRE(first >= began);
    forgot += first > began ? 1 : 0;
    began = first;
  }
}

} // namespace

TEST_CASE("case 2: when every un-synced write is gone, nothing acknowledged is", "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    one_power_loss(run.seed(), loss::everything);
  }
}

TEST_CASE(
    "case 3: any subset of un-synced pages and sectors, the rest zero, old or garbage, is recovered from",
    "[seeds]") {
  for (seed_run run(3000); run.next();) {
    INFO(run.repeat());
    one_power_loss(run.seed(), loss::subset);
  }
}

TEST_CASE("cases 2, 3 and 12: kills, power losses and cut recoveries one after the other keep every promise",
          "[seeds]") {
  for (seed_run run(3000); run.next();) {
    INFO(run.repeat());
    one_life_after_the_other(run.seed());
  }
}

TEST_CASE(
    "cases 2, 3 and 12: a journal that gives up history between its crashes loses nothing of what is left",
    "[seeds]") {
  std::uint64_t forgot = 0;
  std::uint64_t lives = 0;
  for (seed_run run(600); run.next(); ++lives) {
    INFO(run.repeat());
    one_forgetful_life(run.seed(), forgot);
  }
  INFO("history was given up " << forgot << " times in " << lives << " seeds");
  CHECK((lives < 100 || forgot > lives));
}

} // namespace tallyman::journal::testing
