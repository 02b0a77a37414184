// Cases 7 and 8: sound bytes where they do not belong.

#include "crash/damage.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

constexpr std::uint64_t another = 0x5eed;

/// A sound log of four batches, whose newest segment gets a fifth that is right in all but what `change`
/// does.
template <class Change>
void check_forged_batch(Change change, bool taken) {
  simulated_storage disk(1);
  make_log(disk, 4, false);
  const std::string path = newest_segment(disk);
  disk.set_content(path, with_next_batch(disk.content(path), change));
  if (!taken)
    return check_refused(disk, path);
  CHECK(open_log(disk, small_options())->info().last_sequence == 41);
}

} // namespace

TEST_CASE(
    "case 7: a batch that was written under another nonce is refused, though all else continues the log") {
  check_forged_batch([](batch_header&, std::uint64_t&) {}, true); // the forger's own work is sound
  check_forged_batch([](batch_header& header, std::uint64_t&) { header.nonce = another; }, false);
}

TEST_CASE("case 7: what a recycled segment held before is never taken for events of the new one") {
  // A segment that was not filled with zeros anew: its old batches stand behind the new end.
  simulated_storage disk(1);
  make_log(disk, 30, true);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  const std::string retired = disk.content(paths[0]);
  std::string newest = disk.content(paths.back());
  const auto old_offsets = batch_offsets(retired);
  const std::size_t end = batch_offsets(newest).back();
  for (std::size_t i = 0; i + 1 < old_offsets.size(); ++i) {
    const std::size_t size = old_offsets[i + 1] - old_offsets[i];
    for (const std::size_t at : {end, old_offsets[i]}) {
      if (at < end || at + size > newest.size())
        continue;
      std::string stale = newest;
      stale.replace(at, size, retired.substr(old_offsets[i], size));
      disk.set_content(paths.back(), stale);
      INFO("batch " << i << " at " << at << ", the log ends at " << end);
      check_refused(disk, paths.back());
    }
  }
}

TEST_CASE("case 8: a batch that is wrong in one respect only is refused for that one") {
  using header = batch_header;
  check_forged_batch([](header& h, std::uint64_t&) { h.offset += block_bytes; }, false);
  check_forged_batch([](header& h, std::uint64_t&) { h.number += 1; }, false);
  check_forged_batch([](header& h, std::uint64_t&) { h.first_sequence += 1; }, false);
  check_forged_batch([](header& h, std::uint64_t&) { h.durable_sequence = h.first_sequence; }, false);
  check_forged_batch([](header& h, std::uint64_t&) { h.event_count += 1; }, false);
  check_forged_batch([](header& h, std::uint64_t&) { h.record_count += 1; }, false);
}

TEST_CASE("case 8: a batch of another history is refused by its chain, though numbers and places agree") {
  check_forged_batch([](batch_header&, std::uint64_t& chain) { chain += 1; }, false);
}

TEST_CASE("case 8: a segment that continues another history is refused when the log is read") {
  simulated_storage disk(1);
  make_log(disk, 30, true);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  constexpr std::size_t previous_chain_field = 64;
  std::string segment = disk.content(paths[1]);
  forge_block(segment, 0, previous_chain_field, another, sizeof another);
  disk.set_content(paths[1], segment);
  check_refused(disk, paths[1]);
}

TEST_CASE("case 8: a segment of another history that holds no batch yet is refused before one goes into it") {
  // The process ends between a roll and the first batch behind it.
  for (std::uint64_t nth = 1; nth < 40; ++nth) {
    simulated_storage disk(1);
    make_log(disk, 10, false);
    const std::size_t before = segment_paths(disk).size();
    {
      auto log = start_log(disk, small_options(2));
      disk.stop_at(nth);
      for (int i = 0; i < 5 && log->append(run_of(log->next_sequence(), 10)) && log->flush(); ++i)
        ;
    }
    disk.power_loss(simulated_storage::loss::nothing);
    const std::string path = newest_segment(disk);
    std::string segment = disk.content(path);
    if (segment_paths(disk).size() == before ||
        segment.find_first_not_of('\0', block_bytes) != std::string::npos)
      continue;
    constexpr std::size_t previous_chain_field = 64;
    forge_block(segment, 0, previous_chain_field, another, sizeof another);
    disk.set_content(path, segment);
    return check_refused(disk, path);
  }
  FAIL("no stop left an empty segment behind");
}

TEST_CASE("case 8: a sound batch in the wrong place is refused") {
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

TEST_CASE("case 8: a segment of another journal is refused") {
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

} // namespace tallyman::journal::testing
