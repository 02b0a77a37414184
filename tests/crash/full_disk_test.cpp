// Case 10 for real: a file system that fills up under a process, and a limit on the size of its files.
// tests/cli has the same for `tallyman ingest`.

#include "crash/child.hpp"
#include "crash/ledger.hpp"
#include "crash/small_filesystem.hpp"
#include "journal/disk_storage.hpp"

#include <fcntl.h>
#include <sys/resource.h>

namespace tallyman::journal::testing {

namespace {

constexpr int full_exit = 7;

log_options options_in_production() {
  log_options options = small_options();
  options.seams = nullptr;
  options.batch_bytes_max = 16 * block_bytes;
  options.segment_bytes_first = 64 * block_bytes;
  options.segment_bytes = 256 * block_bytes;
  options.buffer_bytes_max = 4 * options.batch_bytes_max;
  return options;
}

/// Appends until the disk is full; exits with full_exit if that was said in so many words.
template <class Report>
int fill(const std::string& path, std::string_view expected, Report report) {
  ::signal(SIGXFSZ, SIG_IGN); // the write fails instead
  disk_storage disk;
  const auto says_so = [&](const error& failure) {
    return failure.kind == error_kind::io && failure.what.find(expected) != std::string::npos ? full_exit : 1;
  };
  auto log = journal::log::open(disk, path, options_in_production());
  if (!log)
    return says_so(log.failure());
  log_callbacks callbacks;
  callbacks.on_durable = report;
  if (!(*log)->start(callbacks))
    return 2;
  for (std::uint64_t next = (*log)->next_sequence();; next += 50) {
    if (const auto given = (*log)->append(run_of(next, 50)); !given)
      return says_so(given.failure());
    if (const auto flushed = (*log)->flush(); !flushed)
      return says_so(flushed.failure());
    // A snapshot that found no room is reported, and the log goes on.
    if (next % 2000 == 1)
      if (const auto taken = take_state_snapshot(**log, (*log)->durable_sequence());
          !taken && says_so(taken.failure()) != full_exit)
        return 3;
  }
}

std::uint64_t check_kept(const std::string& path, std::uint64_t acknowledged) {
  disk_storage disk;
  const auto log = journal::log::open(disk, path, options_in_production());
  if (!log)
    FAIL(log.failure().what);
  const std::uint64_t last = check_replay(**log);
  REQUIRE(last >= acknowledged);
  REQUIRE(restore_state(**log) == state_after(last));
  return last;
}

void fill_and_recover(const std::string& place) {
  const std::string path = place + "/journal";
  const std::string ballast = place + "/ballast";
  REQUIRE(std::system(("head -c 2600000 /dev/zero > " + ballast).c_str()) == 0);
  const auto ended = in_child([&](auto report) { return fill(path, "No space left on device", report); });
  CHECK(ended.code == full_exit);
  CHECK(ended.reported > 0);
  // Still full: a second process says the same, or works in what room there is; it loses nothing.
  const auto again = in_child([&](auto report) { return fill(path, "No space left on device", report); });
  CHECK(again.code == full_exit);
  REQUIRE(::unlink(ballast.c_str()) == 0);
  const std::uint64_t kept = check_kept(path, std::max(ended.reported, again.reported));
  // With room again it goes on.
  const auto more = in_child([&](auto report) { return fill(path, "No space left on device", report); });
  CHECK(more.code == full_exit);
  CHECK(more.reported >= kept);
  check_kept(path, more.reported);
}

} // namespace

TEST_CASE("case 10: an ext4 that fills up stops the log with a clear error, and loses nothing", "[full]") {
  const auto small = small_filesystem::mount(small_filesystem::kind::ext4, std::uint64_t{12} << 20);
  if (!small) {
    WARN("no ext4 can be mounted here (needs root, mkfs.ext4 and a loop device); the next cases stand in for "
         "it");
    return;
  }
  fill_and_recover(small->path());
}

TEST_CASE("case 10: a tmpfs that fills up stops the log with a clear error, and loses nothing", "[full]") {
  const auto small = small_filesystem::mount(small_filesystem::kind::tmpfs, std::uint64_t{6} << 20);
  if (!small) {
    WARN("no tmpfs can be mounted here (needs root); the next case stands in for it");
    return;
  }
  fill_and_recover(small->path());
}

TEST_CASE("case 10: a limit on the size of files stops the log with a clear error, and loses nothing",
          "[full]") {
  const temporary_directory place;
  const std::string path = place.path() + "/journal";
  const auto ended = in_child([&](auto report) {
    // Enough for the first segment, not for the second.
    const rlimit limit{100 * block_bytes, 100 * block_bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
      return 9;
    return fill(path, "File too large", report);
  });
  CHECK(ended.code == full_exit);
  CHECK(ended.reported > 0);
  check_kept(path, ended.reported);
}

} // namespace tallyman::journal::testing
