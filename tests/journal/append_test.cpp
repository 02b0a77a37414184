#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("what was appended is read back, record by record, after a clean stop") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    CHECK(log->info().recovery.what == recovery_report::outcome::created);
    for (int i = 0; i < 40; ++i)
      append_durably(*log, static_cast<std::uint64_t>(i) % 9 + 1);
    REQUIRE(log->close());
  }
  disk.power_loss(simulated_storage::loss::everything);
  auto log = open_log(disk, small_options());
  CHECK(log->info().recovery.what == recovery_report::outcome::clean);
  CHECK(log->info().cluster == "default");
  CHECK(log->info().last_sequence == check_replay(*log));
  CHECK(log->info().segment_count > 1);
}

TEST_CASE("runs that wait together become one batch and one sync") {
  simulated_storage disk(1);
  std::vector<std::uint64_t> durable;
  log_callbacks callbacks;
  callbacks.on_durable = [&](std::uint64_t sequence) { durable.push_back(sequence); };
  auto log = start_log(disk, small_options(), callbacks);
  for (std::uint64_t sequence = 1; sequence <= 10; ++sequence)
    REQUIRE(log->append(run_of(sequence, 1)));
  CHECK(log->durable_sequence() == 0);
  const std::uint64_t before = disk.operations();
  auto wrote = log->step();
  REQUIRE(wrote);
  CHECK(*wrote);
  CHECK(disk.operations() - before == 2); // one write, one sync
  CHECK(durable == std::vector<std::uint64_t>{10});
  CHECK(log->durable_sequence() == 10);
}

TEST_CASE("an idle log writes one empty batch, not one after the other") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  CHECK_FALSE(*log->step());
  append_durably(*log, 3);
  CHECK(*log->step());
  CHECK_FALSE(*log->step());
  REQUIRE(log->close());
  auto figures = stat(disk, directory);
  REQUIRE(figures);
  CHECK(figures->batch_count == 2);
  CHECK(figures->event_count == 3);
  CHECK(figures->definition_count == 1);
}

TEST_CASE("opening and closing without work does not grow the log") {
  simulated_storage disk(1);
  append_durably(*start_log(disk, small_options()), 3);
  const std::string before = disk.content(newest_segment(disk));
  for (int i = 0; i < 5; ++i)
    REQUIRE(start_log(disk, small_options())->close());
  CHECK(disk.content(newest_segment(disk)) == before);
}

TEST_CASE("a run larger than a batch is split between records, in order, with its sequences in one piece") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  const auto given = log->append(run_of(1, 2000));
  REQUIRE(given);
  CHECK(given->first == 1);
  CHECK(given->last == 2000);
  REQUIRE(log->flush());
  CHECK(check_replay(*log) == 2000);
}

TEST_CASE("a run that fits one batch is never split over two") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  record_run large;
  large.add_event(1, 5, std::string(5000, 'x'));
  large.add_event(1, 5, std::string(5000, 'y'));
  for (int i = 0; i < 3; ++i)
    REQUIRE(log->append(large));
  REQUIRE(log->flush());
  auto cursor = log->replay({1});
  REQUIRE(cursor);
  for (int i = 0; i < 3; ++i) {
    auto batch = cursor->next();
    REQUIRE((batch && *batch));
    CHECK((*batch)->event_count() == 2);
  }
}

TEST_CASE("what cannot be stored is refused, takes no sequence and harms nothing") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  record_run run;
  SECTION("a record larger than a batch") {
    run.add_event(0, 0, std::string(5 * block_bytes, 'x'));
  }
  SECTION("more definitions in front of one event than a segment holds") {
    for (std::size_t bytes = 0; bytes < small_options().segment_bytes_first; bytes += block_bytes)
      run.add_definition(0, 0, std::string(block_bytes, 'x'));
    run.add_event(0, 0, "event");
  }
  SECTION("a run that ends with a definition") {
    run.add_definition(0, 0, "dangling");
  }
  const auto refused = log->append(run);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().kind == error_kind::usage);
  append_durably(*log, 5);
  CHECK(check_replay(*log) == 5);
}

TEST_CASE("more definitions in front of one event than a batch holds are kept, in batches of their own") {
  simulated_storage disk(1);
  auto options = small_options();
  options.segment_bytes_first = options.segment_bytes = 40 * block_bytes;
  auto log = start_log(disk, options);
  record_run run;
  for (int i = 0; i < 9; ++i)
    run.add_definition(0, 0, std::string(block_bytes, static_cast<char>('a' + i)));
  run.add_event(0, 0, "event");
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  auto cursor = log->replay({1});
  REQUIRE(cursor);
  std::string definitions;
  std::uint64_t events = 0;
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      break;
    for (const auto& each : **batch) {
      CHECK(each.sequence == 1);
      if (each.definition)
        definitions += each.payload.front();
      else
        ++events;
    }
  }
  CHECK(definitions == "abcdefghi");
  CHECK(events == 1);
}

TEST_CASE("a record may fill a batch to the last byte") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  const std::size_t most =
      small_options().batch_bytes_max - batch_header_bytes - time_mark_bytes - record_prefix_bytes;
  record_run run;
  run.add_event(3, 4, std::string(most, 'z'));
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  auto cursor = log->replay({1});
  REQUIRE(cursor);
  auto batch = cursor->next();
  REQUIRE((batch && *batch));
  CHECK((*batch)->begin()->payload == std::string(most, 'z'));
}

TEST_CASE("an empty run, and extreme times, are stored as they are") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  const auto nothing = log->append(record_run());
  REQUIRE(nothing);
  CHECK(nothing->last < nothing->first);
  const std::vector<std::int64_t> times{0, INT64_MIN, INT64_MAX, -1, 1, INT64_MAX - 1, INT64_MIN + 1};
  record_run run;
  for (const auto time : times)
    run.add_event(0, time, "t");
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  auto cursor = log->replay({1});
  auto batch = cursor->next();
  REQUIRE((batch && *batch));
  std::vector<std::int64_t> got;
  for (const record& one : **batch)
    got.push_back(one.time_ms);
  CHECK(got == times);
}

TEST_CASE("a payload can be encoded in place") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  record_run run;
  run.reserve_definition(1, 2, 1)[0] = std::byte{'d'};
  run.reserve_event(1, 2, 1)[0] = std::byte{'e'};
  run.clear();
  CHECK(run.empty());
  run.reserve_event(1, 2, 1)[0] = std::byte{'f'};
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  auto cursor = log->replay({1});
  auto batch = cursor->next();
  REQUIRE((batch && *batch));
  CHECK((*batch)->record_count() == 1);
  CHECK((*batch)->begin()->payload == "f");
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
