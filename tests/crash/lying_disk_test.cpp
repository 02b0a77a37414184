// Cases 3 and 8 beyond the honest disk: a write that lands elsewhere, never lands, or rots. The journal
// cannot keep what such a disk threw away, but it must not take the damage for the end, nor hand out what was
// never written.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"
#include "crash/seeds.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

/// Reads all that the log will give. Every record must be the one that was written; an error may end it.
std::optional<std::uint64_t> read_sound_prefix(simulated_storage& disk) {
  auto opened = start_or_leave_alone(disk);
  if (!opened) {
    REQUIRE(opened.failure().kind == error_kind::damaged);
    REQUIRE(opened.failure().what.find(directory) != std::string::npos);
    return std::nullopt;
  }
  // A damaged older segment is found when it is read.
  if (const auto checked = verify(disk, directory); !checked || checked->first_damage)
    return std::nullopt;
  return check_replay(**opened);
}

/// Works until a fault has struck somewhere and a little longer; returns what was acknowledged before the
/// last batch, since the last one has no witness.
void work(simulated_storage& disk, std::uint64_t seed, ledger& book, ledger& before_last) {
  auto log = start_log(disk, small_options(seed), entering(book));
  for (int i = 0; i < 24; ++i) {
    before_last = book;
    const std::uint64_t count = (seed + static_cast<std::uint64_t>(i) * 7) % 25 + 1;
    if (!log->append(run_of(log->next_sequence(), count)) || !log->flush())
      break;
    book.submitted = log->next_sequence() - 1;
    if (i % 9 == 8)
      (void)take_state_snapshot(*log, book.acknowledged);
  }
  disk.power_loss(loss::everything);
}

void check(simulated_storage& disk, const ledger& book, const ledger& before_last) {
  const auto last = read_sound_prefix(disk);
  if (!last)
    return;
  REQUIRE(*last >= before_last.acknowledged);
  REQUIRE(*last <= book.submitted);
}

} // namespace

TEST_CASE("case 8: a write that lands in another place is refused or harmless, never taken for events",
          "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    simulated_storage disk(run.seed());
    ledger book;
    ledger before_last;
    REQUIRE(start_log(disk, small_options(run.seed()))->close());
    disk.misdirect_write(run.seed() % 60 + 1);
    work(disk, run.seed(), book, before_last);
    check(disk, book, before_last);
  }
}

TEST_CASE("case 3: a write that the disk only pretended to make is noticed as soon as anything follows it",
          "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    simulated_storage disk(run.seed());
    ledger book;
    ledger before_last;
    REQUIRE(start_log(disk, small_options(run.seed()))->close());
    disk.lose_write(run.seed() % 60 + 1);
    work(disk, run.seed(), book, before_last);
    check(disk, book, before_last);
  }
}

TEST_CASE("case 5: bits that rot at rest, in any file, are refused or harmless", "[seeds]") {
  for (seed_run run(1500); run.next();) {
    INFO(run.repeat());
    simulated_storage disk(run.seed());
    ledger book;
    ledger before_last;
    work(disk, run.seed(), book, before_last);
    const auto files = disk.files();
    for (std::uint64_t i = 0; i <= run.seed() % 3; ++i)
      disk.rot(files[(run.seed() + i * 5) % files.size()]);
    check(disk, book, before_last);
  }
}

} // namespace tallyman::journal::testing
