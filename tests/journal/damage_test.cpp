#include "journal/batch.hpp"
#include "journal/checksum.hpp"
#include "journal/segment_reader.hpp"
#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

/// Batches of 10 events each; `proven` adds the empty batch and the superblock of a clean stop.
void make_log(simulated_storage& disk, int batches, bool proven) {
  auto log = start_log(disk, small_options());
  for (int i = 0; i < batches; ++i)
    append_durably(*log, 10);
  if (proven)
    REQUIRE(log->close());
  // Whatever the destructor still tries reaches the disk no more.
  disk.kill_process();
}

std::string flipped(std::string bytes, std::size_t at) {
  auto& byte = bytes.at(at);
  byte = static_cast<char>(byte ^ (1 << at % 8));
  return bytes;
}

/// Offset of each batch in a segment, and behind the last one.
std::vector<std::size_t> batch_offsets(const std::string& segment) {
  std::vector<std::size_t> found;
  std::size_t at = block_bytes;
  while (at < segment.size()) {
    const auto header = read_batch_header(segment.data() + at);
    found.push_back(at);
    if (!header)
      break;
    at += header->stored_bytes();
  }
  return found;
}

/// Rewrites a header field and its checksum, as no accident could.
void forge(std::string& segment, std::size_t batch, std::size_t field, std::uint32_t value) {
  std::memcpy(segment.data() + batch + field, &value, sizeof value);
  const std::uint64_t sum = checksum({segment.data() + batch, 88});
  std::memcpy(segment.data() + batch + 88, &sum, sizeof sum);
}

void check_refused(simulated_storage& disk, const std::string& path) {
  const auto before = disk.content(path);
  const auto opened = log::open(disk, directory, small_options());
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().kind == error_kind::damaged);
  CHECK(opened.failure().what.find(path) != std::string::npos);
  CHECK(disk.content(path) == before);
}

} // namespace

TEST_CASE("the last batch cut at every byte is dropped as a whole, and the log goes on") {
  simulated_storage origin(1);
  make_log(origin, 3, false);
  const std::string path = newest_segment(origin);
  const std::string whole = origin.content(path);
  const auto offsets = batch_offsets(whole);
  const std::size_t start = offsets[2];
  const std::size_t used = whole.find_last_not_of('\0') + 1;
  const std::string superblock = origin.content(directory + "/superblock");
  for (std::size_t cut = start; cut < used; ++cut) {
    simulated_storage disk(cut);
    for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
      REQUIRE(disk.make_directory(directory + folder));
    std::string torn = whole;
    torn.replace(cut, used - cut, used - cut, '\0');
    disk.set_content(path, torn);
    disk.set_content(directory + "/superblock", superblock);
    INFO("cut at " << cut);
    auto log = start_log(disk, small_options(cut));
    REQUIRE(check_replay(*log) == 20);
    const bool anything_left = cut > start && torn.find_last_not_of('\0') >= start;
    REQUIRE((log->info().recovery.what == recovery_report::outcome::dropped) == anything_left);
    if (anything_left)
      REQUIRE(disk.content(log->info().recovery.quarantine).substr(0, cut - start) ==
              whole.substr(start, cut - start));
    append_durably(*log, 5);
    log.reset();
    REQUIRE(check_replay(*open_log(disk, small_options())) == 25);
  }
}

TEST_CASE("one flipped bit at any byte of the log is refused, or drops the last batch if it is unproven") {
  const bool proven = GENERATE(true, false);
  simulated_storage disk(1);
  make_log(disk, 3, proven);
  const std::string path = newest_segment(disk);
  const std::string whole = disk.content(path);
  const std::size_t last = batch_offsets(whole)[2];
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    disk.set_content(path, flipped(whole, at));
    const auto log = journal::log::open(disk, directory, options);
    INFO("byte " << at << (proven ? " of a proven log" : " of an unproven log"));
    const bool behind = at >= last;
    if (!log) {
      REQUIRE(log.failure().kind == error_kind::damaged);
      REQUIRE(log.failure().what.find(path) != std::string::npos);
      REQUIRE((proven || !behind || at >= last + block_bytes));
      continue;
    }
    // Only behind the last sound batch may a flip be taken for a write cut short.
    REQUIRE(behind);
    const std::uint64_t kept = check_replay(**log);
    REQUIRE((*log)->info().recovery.what == recovery_report::outcome::dropped);
    REQUIRE(kept == (proven || at >= last + block_bytes ? 30 : 20));
  }
}

TEST_CASE("a flipped bit in an older segment is found by replay, never skipped") {
  simulated_storage disk(1);
  make_log(disk, 30, true);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  const std::string whole = disk.content(paths[1]);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    disk.set_content(paths[1], flipped(whole, at));
    INFO("byte " << at);
    const auto checked = verify(disk, directory);
    REQUIRE(checked);
    REQUIRE(checked->first_damage);
    REQUIRE(checked->first_damage->what.find(directory + "/segments/") != std::string::npos);
  }
}

TEST_CASE("a flipped bit in the superblock loses nothing, or is refused") {
  simulated_storage disk(1);
  make_log(disk, 3, true);
  const std::string path = directory + "/superblock";
  const std::string whole = disk.content(path);
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    disk.set_content(path, flipped(whole, at));
    INFO("byte " << at);
    REQUIRE(check_replay(*open_log(disk, options)) == 30);
  }
  disk.set_content(path, flipped(flipped(whole, 100), block_bytes + 100));
  check_refused(disk, path);
  disk.set_content(path, "");
  check_refused(disk, path);
}

TEST_CASE("a lost file is noticed") {
  simulated_storage disk(1);
  make_log(disk, 30, true);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  const auto open = [&] { return log::open(disk, directory, small_options()); };
  SECTION("the newest segment") {
    REQUIRE(disk.remove(paths.back()));
  }
  SECTION("one in the middle") {
    REQUIRE(disk.remove(paths[1]));
  }
  SECTION("the first") {
    REQUIRE(disk.remove(paths[0]));
  }
  SECTION("all segments") {
    for (const auto& path : paths)
      REQUIRE(disk.remove(path));
  }
  SECTION("the superblock") {
    REQUIRE(disk.remove(directory + "/superblock"));
  }
  SECTION("the newest segment's content") {
    disk.set_content(paths.back(), "");
  }
  SECTION("all but the newest segment's header") {
    disk.set_content(paths.back(), disk.content(paths.back()).substr(0, block_bytes));
  }
  SECTION("the newest segment's batches") {
    std::string header = disk.content(paths.back()).substr(0, block_bytes);
    header.resize(disk.content(paths.back()).size());
    disk.set_content(paths.back(), header);
  }
  const auto refused = open();
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().kind == error_kind::damaged);
}

TEST_CASE("a sound batch in the wrong place is refused") {
  simulated_storage disk(1);
  make_log(disk, 4, false);
  const std::string path = newest_segment(disk);
  std::string segment = disk.content(path);
  const auto offsets = batch_offsets(segment);
  const std::size_t size = offsets[1] - offsets[0];
  SECTION("an earlier batch again at the end") {
    segment.replace(offsets[4], size, segment.substr(offsets[0], size));
  }
  SECTION("a batch over another") {
    segment.replace(offsets[1], size, segment.substr(offsets[2], size));
  }
  SECTION("the last batch over the one before") {
    segment.replace(offsets[2], size, segment.substr(offsets[3], size));
  }
  SECTION("a hole") {
    segment.replace(offsets[1], size, size, '\0');
  }
  SECTION("another journal's batch behind the end") {
    simulated_storage other(1);
    auto foreign = start_log(other, small_options(99));
    for (int i = 0; i < 5; ++i)
      append_durably(*foreign, 10);
    segment.replace(offsets[4], size, other.content(newest_segment(other)).substr(offsets[4], size));
  }
  disk.set_content(path, segment);
  check_refused(disk, path);
}

TEST_CASE("a segment of another journal is refused") {
  simulated_storage disk(1);
  make_log(disk, 3, false);
  simulated_storage other(1);
  {
    auto foreign = start_log(other, small_options(99));
    append_durably(*foreign, 10);
  }
  const std::string path = newest_segment(disk);
  disk.set_content(path, other.content(newest_segment(other)));
  check_refused(disk, path);
}

TEST_CASE("lengths that are huge, or reach past the end, are refused before anything is allocated or read") {
  simulated_storage disk(1);
  make_log(disk, 3, false);
  const std::string path = newest_segment(disk);
  const std::string whole = disk.content(path);
  const std::size_t last = batch_offsets(whole)[2];
  constexpr std::size_t payload_bytes_field = 40;
  for (const std::uint32_t length :
       {0xffffffffU, 0x80000000U, 0x00100000U, 0x0000ffffU, 0x00008000U, static_cast<std::uint32_t>(1)}) {
    std::string forged = whole;
    forge(forged, last, payload_bytes_field, length);
    disk.set_content(path, forged);
    INFO("length " << length);
    check_refused(disk, path);
  }
}

TEST_CASE("a payload whose records do not add up is never handed out") {
  batch_header header;
  header.event_count = 1;
  header.record_count = 1;
  record_run run;
  run.add_event(1, 2, "payload");
  const std::string sound(run.encoded());
  REQUIRE(payload_fault(header, sound).empty());
  for (std::size_t size = 0; size < sound.size(); ++size)
    CHECK_FALSE(payload_fault(header, sound.substr(0, size)).empty());
  for (std::size_t at = 0; at < 24; ++at) {
    std::string wrong = sound;
    wrong[at] = static_cast<char>(0xff);
    // Only type, time base and time difference may be anything.
    const bool free_field = at == 3 || at >= 4;
    if (!free_field)
      CHECK_FALSE(payload_fault(header, wrong).empty());
  }
  header.event_count = 2;
  CHECK_FALSE(payload_fault(header, sound).empty());
}

TEST_CASE("damage longer than one batch is refused, though nothing follows it") {
  simulated_storage disk(1);
  log_options options = small_options();
  options.segment_bytes_first = options.segment_bytes = 3 * batch_bytes_limit;
  {
    auto log = start_log(disk, options);
    append_durably(*log, 10);
    REQUIRE(log->close());
  }
  const std::string path = newest_segment(disk);
  std::string segment = disk.content(path);
  const std::size_t end = batch_offsets(segment).back();
  segment[end] = 'x';
  segment[end + batch_bytes_limit] = 'x';
  disk.set_content(path, segment);
  check_refused(disk, path);
  segment[end + batch_bytes_limit] = '\0';
  disk.set_content(path, segment);
  CHECK(check_replay(*open_log(disk, options)) == 10);
}

TEST_CASE("a newer format is refused by name") {
  simulated_storage disk(1);
  make_log(disk, 1, true);
  const std::string path = directory + "/superblock";
  std::string block = disk.content(path);
  for (const std::size_t slot : {std::size_t{0}, block_bytes}) {
    const std::uint32_t version = format_version + 1;
    std::memcpy(block.data() + slot + 8, &version, sizeof version);
    const std::uint64_t sum = checksum({block.data() + slot, block_bytes - 8});
    std::memcpy(block.data() + slot + block_bytes - 8, &sum, sizeof sum);
  }
  disk.set_content(path, block);
  CHECK(log::open(disk, directory, small_options()).failure().kind == error_kind::too_new);
}

} // namespace tallyman::journal::testing
