#include "journal/support.hpp"

#include "journal/log_seams.hpp"

#include <catch2/catch.hpp>
#include <stdlib.h>

#include <filesystem>

namespace tallyman::journal::testing {

log_options small_options(std::uint64_t seed) {
  log_options options;
  options.create_if_missing = true;
  const auto seams = std::make_shared<log_seams>();
  seams->manual_steps = true;
  options.batch_bytes_max = 4 * block_bytes;
  options.segment_bytes_first = 12 * block_bytes;
  options.segment_bytes = 16 * block_bytes;
  options.buffer_bytes_max = 4 * options.batch_bytes_max;
  seams->random = [state = seed * 0x9e3779b97f4a7c15]() mutable {
    state = state * 6364136223846793005 + 1442695040888963407;
    return state | 1;
  };
  options.seams = seams;
  return options;
}

log_options reading() {
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  return options;
}

std::string payload_of(std::uint64_t sequence) {
  if (sequence % 11 == 0)
    return {};
  std::string text = "event " + std::to_string(sequence) + " ";
  text.append(sequence * 7919 % 200, static_cast<char>('a' + sequence % 26));
  return text;
}

bool has_definition(std::uint64_t sequence) {
  return sequence % 5 == 1;
}

std::string definition_of(std::uint64_t sequence) {
  return "definition for " + std::to_string(sequence);
}

std::uint8_t type_of(std::uint64_t sequence) {
  return static_cast<std::uint8_t>(sequence % (record_type_max + 1));
}

/// Now and then the clock jumps, in either direction.
std::int64_t time_of(std::uint64_t sequence) {
  const auto steady = static_cast<std::int64_t>(1'700'000'000'000 + sequence * 3);
  if (sequence % 13 == 0)
    return steady - 86'400'000;
  return sequence % 17 == 0 ? steady + 100'000'000'000 : steady;
}

record_run run_of(std::uint64_t first, std::uint64_t count) {
  record_run run;
  for (std::uint64_t sequence = first; sequence < first + count; ++sequence) {
    if (has_definition(sequence))
      run.add_definition(type_of(sequence), time_of(sequence), definition_of(sequence));
    run.add_event(type_of(sequence), time_of(sequence), payload_of(sequence));
  }
  return run;
}

std::unique_ptr<log> open_log(storage& disk, const log_options& options) {
  auto opened = log::open(disk, directory, options);
  if (!opened)
    FAIL(opened.failure().what);
  return std::move(*opened);
}

std::unique_ptr<log> start_log(storage& disk, const log_options& options, log_callbacks callbacks) {
  auto opened = open_log(disk, options);
  const auto started = opened->start(std::move(callbacks));
  if (!started)
    FAIL(started.failure().what);
  return opened;
}

namespace {

std::string difference(const record& got, std::uint64_t expected, bool definition) {
  if (got.definition != definition || got.sequence != expected)
    return "record of " + std::to_string(got.sequence) + " in place of " + std::to_string(expected);
  if (got.payload != (definition ? definition_of(expected) : payload_of(expected)))
    return "wrong payload of " + std::to_string(expected);
  if (got.type != type_of(expected) || got.time_ms != time_of(expected))
    return "wrong type or time of " + std::to_string(expected);
  return {};
}

} // namespace

std::uint64_t check_replay(const log& from_log, std::uint64_t from) {
  auto cursor = from_log.replay({from});
  if (!cursor)
    FAIL(cursor.failure().what);
  std::uint64_t expected = from;
  bool defined = false;
  for (;;) {
    auto batch = cursor->next();
    if (!batch)
      FAIL(batch.failure().what);
    if (!*batch)
      return expected - 1;
    std::uint64_t records = 0;
    for (const record& got : **batch) {
      ++records;
      const bool definition = has_definition(expected) && !defined;
      const std::string wrong = difference(got, expected, definition);
      if (!wrong.empty())
        FAIL(wrong);
      defined = definition;
      expected += definition ? 0 : 1;
    }
    if (records != (*batch)->record_count() || (*batch)->last_sequence() + 1 != expected)
      FAIL("the view's counts are not those of its records");
  }
}

void append_durably(log& to, std::uint64_t count) {
  const std::uint64_t first = to.next_sequence();
  const auto given = to.append(run_of(first, count));
  if (!given)
    FAIL(given.failure().what);
  if (given->first != first || given->last != first + count - 1)
    FAIL("wrong sequences");
  const auto flushed = to.flush();
  if (!flushed)
    FAIL(flushed.failure().what);
  if (to.durable_sequence() != given->last)
    FAIL("flushed, but not durable");
}

void take_snapshot(log& of, std::uint64_t sequence) {
  auto writer = of.begin_snapshot(sequence);
  if (!writer)
    FAIL(writer.failure().what);
  const auto added = (*writer)->add_block(1, "state after " + std::to_string(sequence));
  if (!added)
    FAIL(added.failure().what);
  const auto committed = (*writer)->commit();
  if (!committed)
    FAIL(committed.failure().what);
}

std::string snapshot_file(std::uint64_t sequence) {
  return directory + "/snapshots/" + sequence_name(sequence, ".snap");
}

std::vector<std::string> segment_paths(const simulated_storage& disk) {
  std::vector<std::string> found;
  for (const std::string& path : disk.files())
    if (path.ends_with(".log"))
      found.push_back(path);
  return found;
}

std::string newest_segment(const simulated_storage& disk) {
  return segment_paths(disk).back();
}

temporary_directory::temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tallyman-journal-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace tallyman::journal::testing
