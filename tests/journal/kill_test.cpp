#include "journal/disk_storage.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

namespace tallyman::journal::testing {

namespace {

log_options child_options() {
  log_options options = small_options();
  options.manual_steps = false;
  options.random = {};
  options.idle_flush = std::chrono::milliseconds(1);
  return options;
}

/// Appends until it is killed, and reports each acknowledged sequence through the pipe.
[[noreturn]] void append_forever(const std::string& path, int report) {
  disk_storage disk;
  auto log = journal::log::open(disk, path, child_options());
  if (!log)
    ::_exit(1);
  log_callbacks callbacks;
  callbacks.on_durable = [report](std::uint64_t sequence) {
    if (::write(report, &sequence, sizeof sequence) != sizeof sequence)
      ::_exit(2);
  };
  if (!(*log)->start(callbacks))
    ::_exit(3);
  for (std::uint64_t next = (*log)->next_sequence();; next += next % 40 + 1) {
    if (!(*log)->append(run_of(next, next % 40 + 1)))
      ::_exit(4);
    if (next % 7 == 0 && !(*log)->flush())
      ::_exit(5);
    if (next % 50 == 0 && (*log)->durable_sequence() != 0) {
      auto snapshot = (*log)->begin_snapshot((*log)->durable_sequence());
      if (snapshot && (*snapshot)->add_block(1, "state"))
        (void)(*snapshot)->commit();
    }
  }
}

/// The highest sequence that the child reported before it died.
std::uint64_t read_reports(int from, std::uint64_t before) {
  std::uint64_t highest = before;
  std::uint64_t sequence = 0;
  while (::read(from, &sequence, sizeof sequence) == sizeof sequence)
    highest = sequence;
  return highest;
}

/// Lets a child work for a while, kills it, and returns what it had acknowledged.
std::uint64_t work_and_die(const std::string& path, std::chrono::microseconds life, std::uint64_t before) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    append_forever(path, ends[1]);
  }
  ::close(ends[1]);
  std::uint64_t acknowledged = before;
  std::thread reader([&] { acknowledged = read_reports(ends[0], before); });
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  reader.join();
  ::close(ends[0]);
  CHECK(WIFSIGNALED(status));
  return acknowledged;
}

} // namespace

TEST_CASE("a process killed at any instant on the real disk has lost nothing that it acknowledged") {
  temporary_directory place;
  const std::string path = place.path() + "/journal";
  const std::uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 25; ++round) {
    INFO("seed " << seed << ", round " << round);
    acknowledged = work_and_die(path, std::chrono::microseconds(random() % 60000), acknowledged);
    disk_storage disk;
    auto log = journal::log::open(disk, path, child_options());
    if (!log)
      FAIL(log.failure().what);
    const std::uint64_t last = check_replay(**log);
    REQUIRE(last >= acknowledged);
    acknowledged = last;
  }
  CHECK(acknowledged > 0);
}

} // namespace tallyman::journal::testing
