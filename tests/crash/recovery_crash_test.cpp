// Cases 1 and 12 on the simulated disk: a stop at every single call.

#include "crash/ledger.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

/// Creates a journal, fills segments, takes snapshots, stops cleanly.
void whole_life(simulated_storage& disk, ledger& book) {
  auto opened = log::open(disk, directory, small_options());
  if (!opened || !(*opened)->start(entering(book)))
    return;
  for (std::uint64_t sequence = 1; sequence <= 160; sequence += 20) {
    book.submitted = sequence + 19;
    if (!(*opened)->append(run_of(sequence, 20)) || !(*opened)->flush())
      return;
    if (sequence % 3 == 0)
      (void)take_state_snapshot(**opened, sequence);
  }
  (void)(*opened)->close();
}

/// Stops the process at every single changing call of its life, and ends it in the given way.
template <class End>
void stop_everywhere(std::uint64_t seed, End end) {
  for (std::uint64_t nth = 1;; ++nth) {
    simulated_storage disk(seed + nth);
    ledger book;
    disk.stop_at(nth);
    whole_life(disk, book);
    if (!disk.stopped()) {
      CHECK(book.acknowledged == 160);
      CHECK(nth > 60);
      return;
    }
    end(disk);
    INFO("stopped at call " << nth << ", seed " << seed);
    check_promises(disk, book);
  }
}

/// A disk that holds a torn batch behind 30 events that were acknowledged.
void tear(simulated_storage& disk, ledger& book) {
  auto log = start_log(disk, small_options(), entering(book));
  append_durably(*log, 30);
  REQUIRE(log->append(run_of(31, 60)));
  book.submitted = 90;
  disk.stop_at(2);
  CHECK_FALSE(log->step());
}

void recover_until(simulated_storage& disk, std::uint64_t nth) {
  disk.stop_at(nth);
  if (auto log = log::open(disk, directory, small_options()))
    (void)(*log)->start({});
}

void recover_cut_short(simulated_storage& disk, std::uint64_t nth) {
  recover_until(disk, nth);
  disk.power_loss(loss::subset);
}

} // namespace

TEST_CASE("case 1: a process that ends at any call, rolls, snapshots and its own creation included, loses "
          "nothing") {
  stop_everywhere(500, [](simulated_storage& disk) { disk.kill_process(); });
  stop_everywhere(1000, [](simulated_storage& disk) { disk.power_loss(loss::everything); });
  stop_everywhere(2000, [](simulated_storage& disk) { disk.power_loss(loss::nothing); });
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    stop_everywhere(seed * 10000, [](simulated_storage& disk) { disk.power_loss(loss::subset); });
}

TEST_CASE("case 12: a recovery that is cut at any call, twice and three times, can simply be done again") {
  for (std::uint64_t first = 1; first <= 25; ++first)
    for (std::uint64_t second = 1; second <= 25; second += 3)
      for (const std::uint64_t third : {std::uint64_t{0}, second % 7 + 1, second % 11 + 4}) {
        simulated_storage disk(first * 1000 + second * 30 + third);
        ledger book;
        tear(disk, book);
        disk.power_loss(loss::subset);
        for (const std::uint64_t nth : {first, second, third})
          if (nth != 0)
            recover_cut_short(disk, nth);
        INFO("stopped at calls " << first << ", " << second << " and " << third);
        check_promises(disk, book);
      }
}

TEST_CASE("case 12: the torn bytes are in quarantine before they are gone from the segment") {
  for (std::uint64_t nth = 1; nth <= 25; ++nth) {
    simulated_storage disk(nth);
    ledger book;
    tear(disk, book);
    disk.power_loss(loss::subset);
    const std::string path = newest_segment(disk);
    const std::string torn = disk.content(path);
    recover_until(disk, nth);
    disk.power_loss(loss::everything);
    if (disk.content(path) == torn)
      continue;
    INFO("stopped at call " << nth);
    std::string kept;
    for (const std::string& file : disk.files())
      if (file.find("/quarantine/") != std::string::npos)
        kept = disk.content(file);
    REQUIRE(!kept.empty());
    REQUIRE(torn.find(kept) != std::string::npos);
  }
}

} // namespace tallyman::journal::testing
