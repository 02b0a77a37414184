// Golden files: what a release wrote, every later one must read, and the present one writes byte for byte. A
// deliberate change of the format raises format_version; then scripts/golden writes that version's files, and
// those of the older ones stay.

#include "journal/golden_files.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

log_options golden_options() {
  log_options options = small_options(20);
  options.cluster = "golden";
  options.batch_bytes_max = 2 * block_bytes;
  options.segment_bytes = options.segment_bytes_first = 6 * block_bytes;
  return options;
}

/// Every feature of the format once: definitions, time jumps, an empty payload, an empty batch, a snapshot, a
/// roll.
void write_golden_journal(simulated_storage& disk) {
  log_options options = golden_options();
  options.segment_bytes = small_options().segment_bytes;
  auto log = start_log(disk, options);
  record_run run;
  run.add_definition(1, 1'700'000'000'000, "registry.example/app:1");
  run.add_event(2, 1'700'000'000'001, "first");
  run.add_event(3, 1'700'000'000'005, "");
  run.add_event(2, 1'600'000'000'000, "the clock jumped back");
  REQUIRE(log->append(run));
  REQUIRE(log->flush());
  run.clear();
  run.add_event(126, 1'700'000'000'100, "second batch");
  run.add_event(0, 1'800'000'000'000, "the clock jumped ahead");
  REQUIRE(log->append(run));
  auto snapshot = log->begin_snapshot(4);
  REQUIRE(snapshot);
  REQUIRE((*snapshot)->add_block(7, "state at four"));
  REQUIRE((*snapshot)->add_block(8, ""));
  REQUIRE((*snapshot)->commit());
  run.clear();
  run.add_definition(1, 1'800'000'000'001, std::string(5000, 'd'));
  run.add_event(2, 1'800'000'000'001, "in the second segment");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(log->append(run));
    REQUIRE(log->flush());
  }
  REQUIRE(log->close());
}

/// A journal that has given up its first events, which version 2 can say.
void write_forgetful_journal(simulated_storage& disk) {
  auto log = start_log(disk, golden_options());
  for (std::uint64_t sequence = 1; sequence <= 12; ++sequence) {
    record_run run;
    run.add_event(1, static_cast<std::int64_t>(1'700'000'000'000 + sequence),
                  std::string(3'000, static_cast<char>('a' + sequence)));
    REQUIRE(log->append(run));
    REQUIRE(log->flush());
    if (sequence % 4 == 0)
      take_snapshot(*log, sequence);
  }
  REQUIRE_FALSE(log->apply_retention({std::chrono::milliseconds(1), 0})->empty());
  REQUIRE(log->close());
}

std::vector<std::string> texts(const log& of, std::uint64_t from) {
  std::vector<std::string> found;
  auto cursor = of.replay({from});
  REQUIRE(cursor);
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      return found;
    for (const record& one : **batch)
      found.push_back((one.definition ? "definition " : std::to_string(one.sequence) + " ") +
                      std::to_string(one.type) + " " + std::to_string(one.time_ms) + " " +
                      std::string(one.payload));
  }
}

} // namespace

TEST_CASE("today's writer produces the golden journal byte for byte, and the one that gave up history") {
  simulated_storage disk(1);
  write_golden_journal(disk);
  check_golden(disk, 1);
  simulated_storage forgetful(1);
  write_forgetful_journal(forgetful);
  check_golden(forgetful, 2);
}

TEST_CASE("case 15: the golden journal of version 1 is read as it was meant, and written on") {
  simulated_storage disk(1);
  load_golden(disk, 1);
  log_options options;
  options.read_only = true;
  auto log = open_log(disk, options);
  CHECK(log->info().cluster == "golden");
  CHECK(log->info().snapshot_sequence == 4);
  CHECK(texts(*log, 1) == std::vector<std::string>{
                              "definition 1 1700000000000 registry.example/app:1",
                              "1 2 1700000000001 first",
                              "2 3 1700000000005 ",
                              "3 2 1600000000000 the clock jumped back",
                              "4 126 1700000000100 second batch",
                              "5 0 1800000000000 the clock jumped ahead",
                              "definition 1 1800000000001 " + std::string(5000, 'd'),
                              "6 2 1800000000001 in the second segment",
                              "definition 1 1800000000001 " + std::string(5000, 'd'),
                              "7 2 1800000000001 in the second segment",
                          });
  CHECK(texts(*log, 7).back() == "7 2 1800000000001 in the second segment");
  auto snapshot = log->newest_snapshot();
  REQUIRE((snapshot && *snapshot));
  CHECK((*(*snapshot)->next())->bytes == "state at four");
  log = start_log(disk, small_options(9));
  record_run run;
  run.add_event(5, 1, "by a later program");
  REQUIRE(log->append_durably(run));
  REQUIRE(log->close());
  disk.power_loss(simulated_storage::loss::everything);
  CHECK(texts(*open_log(disk, options), 8) == std::vector<std::string>{"8 5 1 by a later program"});
}

TEST_CASE("case 15: the golden journal of version 2 begins where history was given up, and is written on") {
  simulated_storage disk(1);
  load_golden(disk, 2);
  log_options options;
  options.read_only = true;
  {
    const auto log = open_log(disk, options);
    CHECK(log->info().version == 2);
    CHECK(log->info().first_sequence > 1);
    CHECK(log->info().history_sequence >= log->info().first_sequence);
    CHECK(log->info().snapshot_sequence == 12);
    CHECK(texts(*log, 12) == std::vector<std::string>{"12 1 1700000000012 " + std::string(3'000, 'm')});
    CHECK(log->snapshot_before(log->info().history_sequence - 1).failure().kind == error_kind::usage);
  }
  append_durably(*start_log(disk, small_options(9)), 5);
  disk.power_loss(simulated_storage::loss::everything);
  CHECK(open_log(disk, options)->info().last_sequence == 17);
  CHECK_FALSE(verify(disk, directory)->first_damage);
}

} // namespace tallyman::journal::testing
