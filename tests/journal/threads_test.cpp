#include "journal/disk_storage.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace tallyman::journal::testing {

namespace {

/// As in production, with a writer thread and a helper thread, but small.
log_options threaded_options() {
  log_options options = small_options();
  options.seams = nullptr;
  options.batch_bytes_max = 64 * 1024;
  options.segment_bytes_first = 256 * 1024;
  options.segment_bytes = 512 * 1024;
  options.buffer_bytes_max = 128 * 1024;
  options.idle_flush = std::chrono::milliseconds(2);
  return options;
}

} // namespace

TEST_CASE("several threads append, read and take snapshots at once, under back-pressure") {
  simulated_storage disk(1);
  std::uint64_t last_durable = 0;
  std::atomic<bool> in_order = true;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) {
    if (sequence <= last_durable)
      in_order = false;
    last_durable = sequence;
  };
  auto log = start_log(disk, threaded_options(), callbacks);
  std::atomic<std::uint64_t> gaps = 0;
  const auto produce = [&](std::uint8_t type) {
    for (int i = 0; i < 300; ++i) {
      record_run run;
      for (int j = 0; j < 20; ++j)
        run.add_event(type, i, std::string(static_cast<std::size_t>(j) * 10, 'p'));
      const auto given = log->append(run);
      if (!given || given->last - given->first != 19)
        ++gaps;
    }
  };
  std::thread first(produce, 1);
  std::thread second(produce, 2);
  std::thread reader([&] {
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::uint64_t durable = log->durable_sequence();
      if (durable == 0)
        continue;
      auto snapshot = log->begin_snapshot(durable);
      if (!snapshot || !(*snapshot)->add_block(1, "state") || !(*snapshot)->commit())
        ++gaps;
      auto cursor = log->replay({durable});
      if (!cursor || !cursor->next())
        ++gaps;
    }
  });
  first.join();
  second.join();
  reader.join();
  REQUIRE(log->flush());
  CHECK(log->durable_sequence() == 12000);
  CHECK(in_order);
  CHECK(gaps == 0);
  REQUIRE(log->close());
  log.reset();
  disk.power_loss(simulated_storage::loss::everything);
  auto again = open_log(disk, threaded_options());
  CHECK(again->info().last_sequence == 12000);
  auto cursor = again->replay({1});
  std::uint64_t events = 0;
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      break;
    for (const record& one : **batch)
      events += one.definition ? 0 : 1;
  }
  CHECK(events == 12000);
}

TEST_CASE("a failure reaches every thread that waits, and is reported once") {
  simulated_storage disk(1);
  std::atomic<int> failures = 0;
  log_callbacks callbacks;
  callbacks.on_failure = [&](const error&) { ++failures; };
  auto log = start_log(disk, threaded_options(), callbacks);
  std::atomic<int> refused = 0;
  const auto produce = [&] {
    record_run run;
    run.add_event(1, 1, std::string(30000, 'x'));
    while (log->append(run))
      ;
    ++refused;
  };
  std::thread first(produce);
  std::thread second(produce);
  std::thread flusher([&] {
    while (log->flush())
      std::this_thread::yield();
    ++refused;
  });
  disk.fail_sync(20);
  first.join();
  second.join();
  flusher.join();
  CHECK(refused == 3);
  CHECK_FALSE(log->close()); // ends the writer thread, which reports
  CHECK(failures == 1);
}

TEST_CASE("an idle log proves its last batch without being asked") {
  simulated_storage disk(1);
  auto log = start_log(disk, threaded_options());
  append_durably(*log, 10);
  log_options options = threaded_options();
  options.create_if_missing = false;
  options.read_only = true;
  std::uint64_t seen = 0;
  for (int i = 0; i < 2000 && seen < 10; ++i) {
    seen = open_log(disk, options)->info().last_sequence;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(seen == 10);
}

TEST_CASE("a log that was written by a waiting thread proves its last batch too") {
  simulated_storage disk(1);
  auto log = start_log(disk, threaded_options());
  log_options options = threaded_options();
  options.create_if_missing = false;
  options.read_only = true;
  for (std::uint64_t last = 1; last <= 5; ++last) {
    REQUIRE(log->append_durably(run_of(last, 1)));
    std::uint64_t seen = 0;
    for (int i = 0; i < 2000 && seen < last; ++i) {
      seen = open_log(disk, options)->info().last_sequence;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(seen == last);
  }
}

TEST_CASE("threads that wait for their own events each find them on disk, beside one that does not wait") {
  simulated_storage disk(1);
  std::uint64_t last_durable = 0;
  std::atomic<bool> in_order = true;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) {
    if (sequence <= last_durable)
      in_order = false;
    last_durable = sequence;
  };
  auto log = start_log(disk, threaded_options(), callbacks);
  std::atomic<int> late = 0;
  const auto produce = [&](bool waits) {
    for (int i = 0; i < 300; ++i) {
      record_run run;
      run.add_event(1, i, std::string(1000, 'p'));
      const auto given = waits ? log->append_durably(run) : log->append(run);
      if (!given || (waits && log->durable_sequence() < given->last))
        ++late;
    }
  };
  std::thread first(produce, true);
  std::thread second(produce, true);
  std::thread third(produce, false);
  first.join();
  second.join();
  third.join();
  REQUIRE(log->flush());
  CHECK(late == 0);
  CHECK(in_order);
  CHECK(log->durable_sequence() == 900);
  REQUIRE(log->close());
}

TEST_CASE("a second process is refused with the first one's pid, and the lock goes with the process") {
  temporary_directory place;
  disk_storage disk;
  const std::string path = place.path() + "/journal";
  auto log = journal::log::open(disk, path, threaded_options());
  REQUIRE(log);
  const std::string pid = std::to_string(::getpid());
  const pid_t child = ::fork();
  if (child == 0) {
    auto second = journal::log::open(disk, path, threaded_options());
    const bool right = !second && second.failure().kind == error_kind::busy &&
                       second.failure().what.find("process " + pid) != std::string::npos;
    ::_exit(right ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  REQUIRE((*log)->close());
  CHECK(journal::log::open(disk, path, threaded_options()));
}

TEST_CASE("on the real disk what was appended is read back, over several segments") {
  temporary_directory place;
  disk_storage disk;
  const std::string path = place.path() + "/journal";
  {
    auto log = journal::log::open(disk, path, threaded_options());
    REQUIRE(log);
    REQUIRE((*log)->start({}));
    for (std::uint64_t sequence = 1; sequence <= 20000; sequence += 500)
      REQUIRE((*log)->append(run_of(sequence, 500)));
    REQUIRE((*log)->flush());
    CHECK(check_replay(**log) == 20000);
    REQUIRE((*log)->close());
  }
  auto again = journal::log::open(disk, path, threaded_options());
  REQUIRE(again);
  CHECK((*again)->info().segment_count > 2);
  CHECK(check_replay(**again) == 20000);
}

TEST_CASE("a journal in a place that cannot be written is a clear error") {
  disk_storage disk;
  const auto opened = journal::log::open(disk, "/proc/tallyman-journal", threaded_options());
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().kind == error_kind::io);
  CHECK(opened.failure().what.find("/proc/tallyman-journal") != std::string::npos);
}

} // namespace tallyman::journal::testing
