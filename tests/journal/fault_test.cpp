#include "journal/support.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("a failed sync is final, even if the next one would succeed") {
  simulated_storage disk(3);
  std::uint64_t acknowledged = 0;
  int failures = 0;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) { acknowledged = sequence; };
  callbacks.on_failure = [&](const error& failure) {
    ++failures;
    CHECK(failure.kind == error_kind::io);
  };
  auto log = start_log(disk, small_options(), callbacks);
  append_durably(*log, 10);
  REQUIRE(log->append(run_of(11, 10)));
  disk.fail_sync(1);
  CHECK_FALSE(log->flush());
  CHECK_FALSE(log->append(run_of(21, 1)));
  CHECK_FALSE(log->flush());
  CHECK_FALSE(log->step());
  CHECK_FALSE(log->close());
  CHECK(failures == 1);
  CHECK(acknowledged == 10);
  log.reset();
  // The kernel holds the lost pages as clean: reading them from the cache would show an event that the
  // disk does not have.
  auto again = start_log(disk, small_options());
  CHECK(check_replay(*again) == 10);
  append_durably(*again, 10);
  again.reset();
  disk.power_loss(simulated_storage::loss::everything);
  CHECK(check_replay(*open_log(disk, small_options())) == 20);
}

TEST_CASE("a full disk is a clear error at every write, and nothing acknowledged is lost") {
  for (std::uint64_t room = 0; room < 40; ++room) {
    simulated_storage disk(room + 1);
    disk.set_capacity(room * 3 * block_bytes);
    std::uint64_t acknowledged = 0;
    if (auto opened = log::open(disk, directory, small_options())) {
      REQUIRE((*opened)->start({}));
      for (std::uint64_t sequence = 1; sequence < 400; sequence += 10) {
        if (!(*opened)->append(run_of(sequence, 10)))
          break;
        if (auto flushed = (*opened)->flush(); !flushed) {
          CHECK(flushed.failure().kind == error_kind::io);
          CHECK(flushed.failure().what.find("No space left") != std::string::npos);
          break;
        }
        acknowledged = (*opened)->durable_sequence();
      }
    } else {
      CHECK(opened.failure().kind == error_kind::io);
    }
    disk.clear_faults();
    INFO("room for " << room * 3 << " blocks");
    auto again = start_log(disk, small_options());
    CHECK(check_replay(*again) >= acknowledged);
    append_durably(*again, 100);
  }
}

TEST_CASE("a read error while opening or replaying is an error, not the end of the log") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    for (int i = 0; i < 30; ++i)
      append_durably(*log, 10);
    REQUIRE(log->close());
  }
  bool finished = false;
  for (std::uint64_t nth = 1; !finished; ++nth) {
    REQUIRE(nth < 1000);
    disk.fail_read(nth);
    INFO("read " << nth);
    auto opened = log::open(disk, directory, small_options());
    if (!opened) {
      REQUIRE(opened.failure().kind == error_kind::io);
      disk.clear_faults();
      continue;
    }
    auto cursor = (*opened)->replay({1});
    REQUIRE(cursor);
    std::uint64_t last = 0;
    for (;;) {
      auto batch = cursor->next();
      if (!batch) {
        REQUIRE(batch.failure().kind == error_kind::io);
        REQUIRE_FALSE(cursor->next());
        break;
      }
      if (!*batch) {
        REQUIRE(last == 300);
        finished = true;
        break;
      }
      last = (*batch)->last_sequence();
    }
    disk.clear_faults();
  }
}

TEST_CASE("options that contradict the format are refused by name") {
  simulated_storage disk(1);
  const auto refused = [&](auto change) {
    log_options options = small_options();
    change(options);
    const auto opened = log::open(disk, directory, options);
    return !opened && opened.failure().kind == error_kind::usage;
  };
  CHECK(refused([](log_options& o) { o.batch_bytes_max = 5000; }));
  CHECK(refused([](log_options& o) { o.batch_bytes_max = 2 * batch_bytes_limit; }));
  CHECK(refused([](log_options& o) { o.segment_bytes_first = 2 * block_bytes; }));
  CHECK(refused([](log_options& o) { o.segment_bytes = o.segment_bytes_first - block_bytes; }));
  CHECK(refused([](log_options& o) { o.buffer_bytes_max = o.batch_bytes_max; }));
  CHECK(refused([](log_options& o) { o.cluster = std::string(256, 'c'); }));
  CHECK(disk.files().empty());
}

} // namespace tallyman::journal::testing
