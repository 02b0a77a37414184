// Journals of several segments and snapshots, mutated at random: refused without a change, or told what they
// lost.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"
#include "crash/seeds.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <map>

namespace tallyman::journal::testing {

namespace {

using image = std::map<std::string, std::string>;

void put(simulated_storage& disk, const image& all) {
  for (const auto& [path, bytes] : all)
    if (path.ends_with('/'))
      REQUIRE(disk.make_directory(path.substr(0, path.size() - 1)));
    else
      disk.set_content(path, bytes);
}

image untidy_journal() {
  simulated_storage disk(1);
  make_untidy_log(disk);
  return disk.image();
}

/// Stopped in peace; of the last event there is proof.
image closed_journal(bool gave_up_history) {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  for (int i = 0; i < 30; ++i) {
    append_durably(*log, 10);
    if (i % 6 == 5)
      REQUIRE(take_state_snapshot(*log, log->durable_sequence()));
  }
  if (gave_up_history)
    REQUIRE_FALSE(log->apply_retention({std::chrono::milliseconds(0), 20 * block_bytes})->empty());
  REQUIRE(log->close());
  return disk.image();
}

/// All hold the events up to the 300th.
const std::array<image, 3>& originals() {
  static const std::array<image, 3> all{untidy_journal(), closed_journal(false), closed_journal(true)};
  return all;
}

/// One to three mistakes of a disk or a person, somewhere in the journal.
void mutate(simulated_storage& disk, std::mt19937_64& random) {
  for (std::uint64_t left = random() % 3 + 1; left > 0; --left) {
    const auto files = disk.files();
    const std::string& path = files[random() % files.size()];
    std::string bytes = disk.content(path);
    const std::size_t used = bytes.find_last_not_of('\0') + 1;
    switch (random() % 7) {
    case 0:
      REQUIRE(disk.remove(path));
      continue;
    case 1:
      bytes.resize(bytes.empty() ? 0 : random() % bytes.size());
      break;
    case 2:
      if (!bytes.empty())
        bytes.replace(random() % bytes.size(), random() % 600, "");
      break;
    case 3: // a block from elsewhere
      if (bytes.size() >= 2 * block_bytes) {
        const std::size_t blocks = bytes.size() / block_bytes;
        bytes.replace(random() % blocks * block_bytes, block_bytes,
                      bytes.substr(random() % blocks * block_bytes, block_bytes));
      }
      break;
    case 4: // all of another file
      bytes = disk.content(files[random() % files.size()]);
      break;
    default: // a bit where it matters more often than not
      if (used != 0)
        bytes = flipped(std::move(bytes), random() % used);
    }
    disk.set_content(path, std::move(bytes));
  }
}

/// Whatever readers think of it, they change nothing.
void check_readers(simulated_storage& disk) {
  const auto before = disk.image();
  (void)verify(disk, directory);
  log_options reading = small_options();
  reading.create_if_missing = false;
  reading.read_only = true;
  (void)log::open(disk, directory, reading);
  REQUIRE((disk.image() == before));
}

/// What a start accepted is its own events, and what of them is gone is told.
void check_accepted(simulated_storage& disk, const log& started) {
  const auto recovery = started.info().recovery;
  const std::uint64_t last = started.info().last_sequence;
  // The last batch is proven by what follows it alone: if it is damaged, it may be taken for one that was cut
  // short.
  REQUIRE((last == 300 || last == 290));
  REQUIRE((last == 300 || recovery.what == recovery_report::outcome::dropped));
  REQUIRE(restore_state(started) == state_after(last));
  const auto checked = verify(disk, directory);
  REQUIRE(checked);
  const std::uint64_t first = started.info().first_sequence;
  if (!checked->first_damage)
    REQUIRE(check_replay(started, first) == last);
}

/// What is appended then is there at the next start.
void check_goes_on(simulated_storage& disk, log& started) {
  append_durably(started, 5);
  REQUIRE(started.close());
  const auto log = open_log(disk, small_options());
  REQUIRE(restore_state(*log) == state_after(log->info().last_sequence));
}

} // namespace

TEST_CASE(
    "mutation: any journal is refused without a change, or leads to its own events and tells its losses",
    "[seeds]") {
  std::uint64_t refused = 0;
  seed_run run(1000);
  while (run.next()) {
    INFO(run.repeat());
    std::mt19937_64 random(run.seed());
    simulated_storage disk(run.seed());
    put(disk, originals()[run.seed() % originals().size()]);
    mutate(disk, random);
    check_readers(disk);
    auto started = start_or_leave_alone(disk);
    if (!started) {
      ++refused;
      continue;
    }
    check_accepted(disk, **started);
    check_goes_on(disk, **started);
  }
  if (run.is_chosen())
    std::printf("%llu mutated journals up to seed %llu: %llu refused without a change, %llu started\n",
                static_cast<unsigned long long>(run.done()), static_cast<unsigned long long>(run.seed()),
                static_cast<unsigned long long>(refused),
                static_cast<unsigned long long>(run.done() - refused));
  CHECK((refused > run.done() / 10 || run.done() < 100));
}

} // namespace tallyman::journal::testing
