// Cases 1 and 12 with real processes on a real file system: SIGKILL before, in the middle of and after every
// single call that changes anything.

#include "crash/child.hpp"
#include "crash/failpoint_storage.hpp"
#include "crash/ledger.hpp"
#include "journal/disk_storage.hpp"

#include <filesystem>

namespace tallyman::journal::testing {

namespace {

constexpr std::uint64_t events = 160;

/// A kill leaves the page cache alone, so memory is as good as a disk, and does not wait for one.
class kill_directory {
public:
  kill_directory() {
    const std::string memory = "/dev/shm";
    std::string pattern =
        (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path().string()) +
        "/tallyman-crash-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~kill_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  kill_directory(const kill_directory&) = delete;
  kill_directory& operator=(const kill_directory&) = delete;

  std::string journal() const { return path_ + "/journal"; }

private:
  std::string path_;
};

/// Creates a journal, rolls, takes snapshots and stops cleanly; what is acknowledged is reported.
template <class Report>
int whole_life(const std::string& path, std::uint64_t nth, kill_moment moment, Report report) {
  disk_storage disk;
  failpoint_storage failing(disk, nth, moment);
  auto opened = log::open(failing, path, small_options());
  log_callbacks callbacks;
  callbacks.on_durable = report;
  if (!opened || !(*opened)->start(callbacks))
    return 1;
  for (std::uint64_t sequence = 1; sequence <= events; sequence += 20) {
    if (!(*opened)->append(run_of(sequence, 20)) || !(*opened)->flush())
      return 2;
    if (sequence % 3 == 0 && !take_state_snapshot(**opened, sequence))
      return 3;
  }
  return (*opened)->close() ? 0 : 4;
}

/// The oracle, on a real file system.
void check_promises_on_disk(const std::string& path, std::uint64_t acknowledged, std::uint64_t submitted) {
  disk_storage disk;
  std::uint64_t last = 0;
  {
    const auto opened = log::open(disk, path, small_options());
    if (!opened)
      FAIL(opened.failure().what);
    last = check_replay(**opened);
    REQUIRE(last >= acknowledged);
    REQUIRE(last <= submitted);
    REQUIRE(restore_state(**opened) == state_after(last));
    REQUIRE((*opened)->start({}));
  }
  {
    auto opened = log::open(disk, path, small_options(7));
    REQUIRE(opened);
    REQUIRE((*opened)->info().recovery.what == recovery_report::outcome::clean);
    REQUIRE(check_replay(**opened) == last);
    REQUIRE((*opened)->start({}));
    append_durably(**opened, 5);
  }
  const auto again = log::open(disk, path, small_options());
  REQUIRE(again);
  REQUIRE(check_replay(**again) == last + 5);
}

/// Leaves a torn batch behind 30 events, by dying in the middle of its write.
void tear(const std::string& path) {
  std::uint64_t nth = 0;
  {
    kill_directory other;
    // Count the calls up to the write of the second batch: two for the first, after opening.
    const auto ended = in_child([&](auto report) {
      disk_storage disk;
      failpoint_storage counting(disk, 0, kill_moment::before);
      auto log = log::open(counting, other.journal(), small_options());
      if (!log || !(*log)->start({}))
        return 1;
      report(counting.calls());
      return 0;
    });
    REQUIRE(ended.code == 0);
    nth = ended.reported + 3;
  }
  const auto ended = in_child([&](auto) {
    disk_storage disk;
    failpoint_storage failing(disk, nth, kill_moment::half_way);
    auto log = log::open(failing, path, small_options());
    if (!log || !(*log)->start({}) || !(*log)->append(run_of(1, 30)) || !(*log)->flush())
      return 1;
    if (!(*log)->append(run_of(31, 60)))
      return 2;
    (void)(*log)->flush();
    return 3;
  });
  REQUIRE(ended.killed);
}

child_end recover_and_die(const std::string& path, std::uint64_t nth, kill_moment moment) {
  return in_child([&](auto) {
    disk_storage disk;
    failpoint_storage failing(disk, nth, moment);
    auto opened = log::open(failing, path, small_options());
    return opened && (*opened)->start({}) ? 0 : 1;
  });
}

} // namespace

TEST_CASE("case 1: SIGKILL before, in and after every call of a life, creation, rolls and snapshots included",
          "[kill]") {
  for (const auto moment : {kill_moment::before, kill_moment::half_way, kill_moment::after})
    for (std::uint64_t nth = 1;; ++nth) {
      const kill_directory place;
      const auto ended =
          in_child([&](auto report) { return whole_life(place.journal(), nth, moment, report); });
      INFO("call " << nth << ", moment " << static_cast<int>(moment));
      if (!ended.killed) {
        REQUIRE(ended.code == 0);
        CHECK(ended.reported == events);
        CHECK(nth > 60);
        break;
      }
      check_promises_on_disk(place.journal(), ended.reported, events);
    }
}

TEST_CASE("case 12: SIGKILL at every call of a recovery, twice and three times in a row, loses nothing",
          "[kill]") {
  for (std::uint64_t first = 1; first <= 20; ++first)
    for (const std::uint64_t second : {std::uint64_t{1}, first, first % 9 + 4}) {
      const kill_directory place;
      tear(place.journal());
      INFO("calls " << first << " and " << second);
      recover_and_die(place.journal(), first, kill_moment::half_way);
      recover_and_die(place.journal(), second, kill_moment::after);
      recover_and_die(place.journal(), (first + second) % 13 + 1, kill_moment::before);
      check_promises_on_disk(place.journal(), 30, 90);
    }
}

} // namespace tallyman::journal::testing
