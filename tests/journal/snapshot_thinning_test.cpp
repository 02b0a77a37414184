#include "journal/snapshot/snapshot_thinning.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

namespace tallyman::journal::testing {

namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::vector<snapshot_size> every(std::uint64_t step, std::size_t count, std::uint64_t bytes = 10) {
  std::vector<snapshot_size> all;
  for (std::uint64_t i = 1; i <= count; ++i)
    all.push_back({i * step, bytes});
  return all;
}

std::vector<std::uint64_t> after_thinning(std::vector<snapshot_size> all, std::uint64_t bytes_max) {
  const auto removed = snapshots_to_thin_out(all, bytes_max);
  std::vector<std::uint64_t> kept;
  for (const snapshot_size& each : all)
    if (!std::binary_search(removed.begin(), removed.end(), each.sequence))
      kept.push_back(each.sequence);
  return kept;
}

} // namespace

TEST_CASE("ten snapshots of ten million events are all kept") {
  CHECK(snapshots_to_thin_out(every(1'000'000, 10), no_limit).empty());
}

TEST_CASE("snapshots over a long history stay bounded in number, and spread over it") {
  std::vector<snapshot_size> all;
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    all.push_back({i * 1'000, 10});
    const auto kept = after_thinning(all, no_limit);
    std::vector<snapshot_size> rest;
    for (const std::uint64_t sequence : kept)
      rest.push_back({sequence, 10});
    all = std::move(rest);
    REQUIRE(all.size() <= snapshots_kept_max);
    REQUIRE(all.back().sequence == i * 1'000);
    REQUIRE((i < 2 || all[all.size() - 2].sequence == (i - 1) * 1'000));
    REQUIRE(all.front().sequence == 1'000);
  }
  std::uint64_t widest = 0;
  for (std::size_t i = 1; i < all.size(); ++i)
    widest = std::max(widest, all[i].sequence - all[i - 1].sequence);
  // An even spread would be 79,000; doubling gaps can be at most about twice to four times that.
  CHECK(widest <= 4 * 5'000'000 / snapshots_kept_max);
}

TEST_CASE(
    "snapshots for the past take no more than the bytes they may, the newest two and the first always stay") {
  const auto kept = after_thinning(every(1'000, 20, 100), 500);
  CHECK(kept.size() == 7);
  CHECK(kept.front() == 1'000);
  CHECK(kept[kept.size() - 2] == 19'000);
  CHECK(kept.back() == 20'000);
  CHECK(after_thinning(every(1'000, 20, 100), 0) == std::vector<std::uint64_t>{1'000, 19'000, 20'000});
  CHECK(after_thinning(every(1'000, 2, 100), 0).size() == 2);
}

TEST_CASE("the log itself keeps the snapshots that it may, and removes the others") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  for (std::uint64_t i = 1; i <= snapshots_kept_max + 5; ++i) {
    append_durably(*log, 3);
    take_snapshot(*log, i * 3);
  }
  std::size_t found = 0;
  for (const std::string& path : disk.files())
    found += path.ends_with(".snap") ? 1U : 0U;
  CHECK(found == snapshots_kept_max);
  CHECK_FALSE(disk.content(snapshot_file(3)).empty());
  CHECK_FALSE(disk.content(snapshot_file((snapshots_kept_max + 5) * 3)).empty());
}

} // namespace tallyman::journal::testing
