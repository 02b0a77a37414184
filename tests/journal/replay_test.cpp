#include "journal/support.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("replay can begin at every event, and leaves out the definitions of those before it") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  for (int i = 0; i < 12; ++i)
    append_durably(*log, 10);
  for (std::uint64_t from = 1; from <= 121; ++from) {
    INFO("from " << from);
    CHECK(check_replay(*log, from) == 120);
  }
}

TEST_CASE("replay of an empty log ends at once") {
  simulated_storage disk(1);
  auto log = open_log(disk, small_options());
  CHECK(check_replay(*log) == 0);
  CHECK(log->info().last_sequence == 0);
}

TEST_CASE("replay beside the own writer ends at what was durable when it began") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  append_durably(*log, 30);
  auto cursor = log->replay({1});
  REQUIRE(cursor);
  REQUIRE(log->append(run_of(31, 5)));
  CHECK(check_replay(*log) == 30);
  REQUIRE(log->flush());
  std::uint64_t last = 0;
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      break;
    last = (*batch)->last_sequence();
  }
  CHECK(last == 30);
  CHECK(check_replay(*log) == 35);
}

TEST_CASE("a log that is not started, or read-only, takes no events") {
  simulated_storage disk(1);
  {
    auto log = open_log(disk, small_options());
    CHECK(log->append(run_of(1, 1)).failure().kind == error_kind::usage);
    CHECK(log->flush().failure().kind == error_kind::usage);
    CHECK(log->begin_snapshot(1).failure().kind == error_kind::usage);
  }
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  auto log = open_log(disk, options);
  CHECK(log->start({}).failure().kind == error_kind::usage);
}

TEST_CASE("a closed log takes no events, and closing twice is fine") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  append_durably(*log, 2);
  REQUIRE(log->close());
  CHECK(log->append(run_of(3, 1)).failure().kind == error_kind::usage);
  REQUIRE(log->close());
  append_durably(*start_log(disk, small_options()), 1);
}

} // namespace tallyman::journal::testing
