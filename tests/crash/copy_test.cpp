// Salvage and backup, stopped at every call and failing at every call: under the final name is all or
// nothing, the source is as it was, and the next try is in nobody's way.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"
#include "journal/backup.hpp"
#include "journal/salvage.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace tallyman::journal::testing {

namespace {

using loss = simulated_storage::loss;

const std::string target = "/new";

/// What is below a folder.
std::map<std::string, std::string> image_of(const simulated_storage& disk, const std::string& folder) {
  auto all = disk.image();
  std::erase_if(all, [&](const auto& entry) { return !entry.first.starts_with(folder + "/"); });
  return all;
}

/// 240 events in several segments, three snapshots.
void make_sound_log(simulated_storage& disk) {
  auto log = start_log(disk, small_options());
  for (std::uint64_t i = 1; i <= 24; ++i) {
    append_durably(*log, 10);
    if (i % 8 == 0)
      REQUIRE(take_state_snapshot(*log, 10 * i));
  }
  REQUIRE(log->close());
}

/// The same, with a hole that a snapshot bridges: two journals, and a file set aside.
void make_torn_log(simulated_storage& disk) {
  make_sound_log(disk);
  const std::string path = segment_paths(disk)[1];
  disk.set_content(path, flipped(disk.content(path), 5 * block_bytes + 150));
}

/// The journals in the root folder that have their final names.
std::vector<std::string> finished(const simulated_storage& disk) {
  std::vector<std::string> found;
  for (const auto& [path, bytes] : disk.image())
    if (path.starts_with(target) && path.ends_with("/") && path.find('/', 1) == path.size() - 1 &&
        path.find(".unfinished") == std::string::npos)
      found.push_back(path.substr(0, path.size() - 1));
  return found;
}

void check_finished(simulated_storage& disk) {
  for (const std::string& name : finished(disk)) {
    INFO(name);
    const auto checked = verify(disk, name);
    REQUIRE(checked);
    REQUIRE_FALSE(checked->first_damage);
    REQUIRE(checked->stat.event_count != 0);
  }
}

result<void> run_backup(simulated_storage& disk, const std::string& to) {
  auto made = backup(disk, directory, to);
  return made ? result<void>() : made.failure();
}

result<void> run_salvage(simulated_storage& disk, const std::string& to) {
  auto made = salvage(disk, directory, to);
  if (!made)
    return made.failure();
  REQUIRE(made->journals.size() == 2);
  REQUIRE_FALSE(made->set_aside.empty());
  for (const std::string& path : made->set_aside)
    REQUIRE_FALSE(disk.content(path).empty());
  return {};
}

using making = void (*)(simulated_storage& disk);
using copying = result<void> (*)(simulated_storage& disk, const std::string& to);

/// After a cut, the same command succeeds, or says which name is taken and another name does.
void check_next_try(simulated_storage& disk, copying copy) {
  const auto left = finished(disk);
  if (left.empty()) {
    REQUIRE(copy(disk, target));
    REQUIRE(image_of(disk, target + ".unfinished").empty());
    return;
  }
  const auto again = copy(disk, target);
  REQUIRE_FALSE(again);
  REQUIRE_THAT(again.failure().what, Catch::Contains(" exists already"));
  REQUIRE(copy(disk, target + "-2"));
  if (left.front() == target)
    REQUIRE(image_of(disk, target).size() == image_of(disk, target + "-2").size());
}

/// Cuts the copying at its `nth` call, with what `end` makes of the machine. False if there were fewer calls.
template <class End>
bool cut_at(std::uint64_t nth, making make, copying copy, End end) {
  simulated_storage disk(nth);
  make(disk);
  const auto source = image_of(disk, directory);
  disk.stop_at(nth);
  const auto cut = copy(disk, target);
  const bool stopped = disk.stopped();
  end(disk);
  INFO("stopped at call " << nth);
  REQUIRE((image_of(disk, directory) == source));
  REQUIRE((stopped || cut));
  check_finished(disk);
  check_next_try(disk, copy);
  check_finished(disk);
  REQUIRE((image_of(disk, directory) == source));
  return stopped;
}

void check_cuts(making make, copying copy) {
  for (const loss kind : {loss::everything, loss::subset, loss::nothing}) {
    std::uint64_t nth = 1;
    while (cut_at(nth, make, copy, [kind](simulated_storage& disk) { disk.power_loss(kind); }))
      ++nth;
    CHECK(nth > 20);
  }
  for (std::uint64_t nth = 1; cut_at(nth, make, copy, [](simulated_storage& disk) { disk.kill_process(); });)
    ++nth;
}

/// Lets each call of one kind fail in turn: nothing is left of the copying that failed.
template <class Fault>
void check_failures(making make, copying copy, Fault fault) {
  for (std::uint64_t nth = 1;; ++nth) {
    simulated_storage disk(nth);
    make(disk);
    const auto before = disk.image();
    fault(disk, nth);
    const auto made = copy(disk, target);
    disk.clear_faults();
    INFO("call " << nth);
    if (made) {
      CHECK(nth > 1);
      check_finished(disk);
      return;
    }
    REQUIRE(made.failure().kind == error_kind::io);
    REQUIRE((image_of(disk, target + ".unfinished").empty()));
    check_finished(disk);
    if (finished(disk).empty())
      REQUIRE((disk.image() == before));
  }
}

void check_all_failures(making make, copying copy) {
  check_failures(make, copy, [](simulated_storage& disk, std::uint64_t nth) { disk.fail_write(nth); });
  check_failures(make, copy, [](simulated_storage& disk, std::uint64_t nth) { disk.fail_sync(nth); });
  check_failures(make, copy, [](simulated_storage& disk, std::uint64_t nth) { disk.fail_rename(nth); });
}

} // namespace

TEST_CASE("copy: a backup cut at any call is whole under its name or not there, and is made again") {
  check_cuts(make_sound_log, run_backup);
}

TEST_CASE("copy: a salvage cut at any call has whole journals under their names, and the wanted one last") {
  check_cuts(make_torn_log, run_salvage);
}

TEST_CASE("copy: a backup of which any call fails leaves nothing behind") {
  check_all_failures(make_sound_log, run_backup);
}

TEST_CASE("copy: a salvage of which any call fails leaves nothing half-made behind") {
  check_all_failures(make_torn_log, run_salvage);
}

} // namespace tallyman::journal::testing
