// Cases 4, 5 and 6: a log damaged in every way that one byte, one cut or one length allows.

#include "crash/damage.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

TEST_CASE("case 4: the last batch cut at every byte is dropped as a whole, and the log goes on") {
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

TEST_CASE(
    "case 5: one flipped bit at any byte of the log is refused, or drops the last batch if it is unproven") {
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
      check_refused(disk, path);
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

TEST_CASE("case 5: a flipped bit in an older segment is found by replay, never skipped") {
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
    if (at % 49 == 0) // compares the whole journal
      check_refused(disk, directory + "/segments/");
  }
}

TEST_CASE("case 5: a flipped bit in the superblock loses nothing, or is refused") {
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

TEST_CASE("case 5: damage longer than one batch is refused, though nothing follows it") {
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

TEST_CASE("case 6: lengths that are huge, or reach past the end, are refused before anything is allocated or "
          "read") {
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

TEST_CASE("case 6: a payload whose records do not add up is never handed out") {
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

TEST_CASE("case 6: a length of zero, and lengths that overlap the next batch, hand out nothing wrong") {
  simulated_storage disk(1);
  make_log(disk, 4, false);
  const std::string path = newest_segment(disk);
  const std::string whole = disk.content(path);
  constexpr std::size_t payload_bytes_field = 40;
  for (std::size_t batch = 0; batch < 4; ++batch)
    for (const std::uint32_t length : {0U, 1U, 8U, 4000U, 4001U, 8096U, 8097U}) {
      std::string forged = whole;
      forge(forged, batch_offsets(whole)[batch], payload_bytes_field, length);
      disk.set_content(path, forged);
      INFO("batch " << batch << ", length " << length);
      check_refused(disk, path);
    }
}

TEST_CASE(
    "case 6: a length that all checksums and the chain vouch for is still checked against the segment") {
  simulated_storage disk(1);
  make_log(disk, 3, false);
  const std::string path = newest_segment(disk);
  const std::string whole = disk.content(path);
  const auto offsets = batch_offsets(whole);
  constexpr std::size_t payload_bytes_field = 40;
  constexpr std::size_t chain_field = 72;
  const std::uint64_t previous = read_batch_header(whole.data() + offsets[1])->chain;
  for (const std::uint32_t length : {0xffffffffU, 0x80000000U, 0x00100000U, 0x0000ffffU, 0x0000a000U}) {
    std::string forged = whole;
    char* const batch = forged.data() + offsets[2];
    std::memcpy(batch + payload_bytes_field, &length, sizeof length);
    const std::uint64_t chain = chain_of(previous, batch);
    std::memcpy(batch + chain_field, &chain, sizeof chain);
    forge(forged, offsets[2], payload_bytes_field, length); // and the header's checksum
    disk.set_content(path, forged);
    INFO("length " << length);
    check_refused(disk, path);
  }
}

TEST_CASE("case 6: a segment whose header claims another size is refused before any of it is read") {
  simulated_storage disk(1);
  make_log(disk, 3, false);
  const std::string path = newest_segment(disk);
  const std::string whole = disk.content(path);
  constexpr std::size_t bytes_field = 72;
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{whole.size() - block_bytes},
        std::uint64_t{whole.size() + block_bytes}, std::uint64_t{1} << 62, UINT64_MAX}) {
    std::string forged = whole;
    forge_block(forged, 0, bytes_field, bytes, sizeof bytes);
    disk.set_content(path, forged);
    INFO("size " << bytes);
    check_refused(disk, path);
  }
}

} // namespace tallyman::journal::testing
