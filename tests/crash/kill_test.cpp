// Case 1 at random instants: a process as in production, with its threads, on the real disk. tests/cli has
// the same for `tallyman ingest`.

#include "crash/child.hpp"
#include "crash/ledger.hpp"
#include "crash/seeds.hpp"
#include "journal/disk_storage.hpp"

#include <algorithm>
#include <filesystem>
#include <random>

namespace tallyman::journal::testing {

namespace {

log_options child_options() {
  log_options options = small_options();
  options.seams = nullptr;
  options.idle_flush = std::chrono::milliseconds(1);
  return options;
}

/// Appends, rolls and takes snapshots until it is killed; reports what is acknowledged.
template <class Report>
int append_forever(const std::string& path, Report report) {
  disk_storage disk;
  auto log = journal::log::open(disk, path, child_options());
  if (!log)
    return 1;
  log_callbacks callbacks;
  callbacks.on_durable = report;
  if (!(*log)->start(callbacks))
    return 2;
  for (std::uint64_t next = (*log)->next_sequence();; next += next % 40 + 1) {
    if (!(*log)->append(run_of(next, next % 40 + 1)))
      return 3;
    if (next % 7 == 0 && !(*log)->flush())
      return 4;
    if (next % 50 == 0 && (*log)->durable_sequence() != 0)
      (void)take_state_snapshot(**log, (*log)->durable_sequence());
  }
}

} // namespace

TEST_CASE("case 1: a process killed at any instant on the real disk has lost nothing that it acknowledged",
          "[seeds][kill]") {
  temporary_directory place;
  const std::string path = place.path() + "/journal";
  std::uint64_t acknowledged = 0;
  for (seed_run run(25); run.next();) {
    INFO(run.repeat());
    std::mt19937_64 random(run.seed());
    const std::chrono::microseconds life(random() % 60000);
    const auto ended = in_child([&](auto report) { return append_forever(path, report); },
                                [&](pid_t child) {
                                  std::this_thread::sleep_for(life);
                                  ::kill(child, SIGKILL);
                                });
    CHECK(ended.killed);
    disk_storage disk;
    const auto log = journal::log::open(disk, path, child_options());
    if (!log)
      FAIL(log.failure().what);
    const std::uint64_t last = check_replay(**log);
    REQUIRE(last >= std::max(acknowledged, ended.reported));
    REQUIRE(restore_state(**log) == state_after(last));
    acknowledged = last;
    // A long run does not want a long log.
    if (acknowledged > 100'000) {
      std::filesystem::remove_all(path);
      acknowledged = 0;
    }
  }
}

} // namespace tallyman::journal::testing
