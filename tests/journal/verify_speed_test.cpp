// Hidden: run it with `test_journal "[speed]"`, on the disk of the temporary directory (TMPDIR).

#include "journal/disk_storage.hpp"
#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

namespace tallyman::journal::testing {

namespace {

constexpr std::uint64_t journal_bytes = std::uint64_t{1} << 30;
constexpr int rounds = 7;

/// Events as the tally journals them: some 40 bytes each.
void write_journal(storage& disk, const std::string& folder) {
  log_options options;
  options.create_if_missing = true;
  auto log = log::open(disk, folder, options);
  REQUIRE(log);
  REQUIRE((*log)->start({}));
  const std::string payload(36, 'p');
  std::uint64_t written = 0;
  for (std::int64_t time = 1; written < journal_bytes; ++time) {
    record_run run;
    for (int i = 0; i < 10'000; ++i)
      run.add_event(static_cast<std::uint8_t>(i % 7), time, payload);
    written += run.bytes();
    REQUIRE((*log)->append(run));
  }
  REQUIRE((*log)->close());
}

template <class F>
double bytes_a_second(std::uint64_t bytes, F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return static_cast<double>(bytes) /
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

} // namespace

TEST_CASE("verify reads at no less than half the speed of dd", "[.][speed]") {
  const temporary_directory place;
  disk_storage disk;
  const std::string folder = place.path() + "/journal";
  write_journal(disk, folder);
  const std::uint64_t bytes = stat(disk, folder)->segment_bytes;
  std::vector<double> plain;
  std::vector<double> checked;
  for (int round = 0; round < rounds; ++round) {
    plain.push_back(bytes_a_second(bytes, [&] {
      const std::string line =
          "for f in " + folder +
          "/segments/*.log; do dd if=$f of=/dev/null bs=1M iflag=direct status=none; done";
      REQUIRE(std::system(line.c_str()) == 0);
    }));
    checked.push_back(bytes_a_second(bytes, [&] {
      const auto report = verify(disk, folder);
      REQUIRE(report);
      REQUIRE_FALSE(report->first_damage);
    }));
    std::cout << "dd " << plain.back() / 1e6 << " MB/s, verify " << checked.back() / 1e6 << " MB/s\n";
  }
  std::cout << bytes << " bytes; medians of " << rounds << ": dd " << median(plain) / 1e6 << " MB/s, verify "
            << median(checked) / 1e6 << " MB/s: " << median(checked) / median(plain) << " of it\n";
  CHECK(median(checked) >= median(plain) / 2);
}

} // namespace tallyman::journal::testing
