// A refusal changes nothing: whatever a start reads before it says no, the journal is as it was, to the byte.

#include "crash/damage.hpp"
#include "crash/ledger.hpp"
#include "crash/seeds.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

/// What a start does: opens, loads the newest snapshot, replays what is behind it, then begins to write.
result<void> start_as_a_program_does(simulated_storage& disk) {
  auto opened = log::open(disk, directory, small_options(7));
  if (!opened)
    return opened.failure();
  if (auto snapshot = (*opened)->newest_snapshot(); !snapshot)
    return snapshot.failure();
  auto cursor = (*opened)->replay();
  if (!cursor)
    return cursor.failure();
  for (;;) {
    auto batch = cursor->next();
    if (!batch)
      return batch.failure();
    if (!*batch)
      break;
  }
  return (*opened)->start({});
}

/// Several segments and snapshots, and everything that a start has to repair: a torn batch, a spare, a
/// snapshot that is half-written.
void make_untidy_journal(simulated_storage& disk, std::uint64_t seed = 1) {
  {
    auto log = start_log(disk, small_options(seed));
    for (int i = 0; i < 30; ++i) {
      append_durably(*log, 10);
      if (i % 6 == 5)
        REQUIRE(take_state_snapshot(*log, log->durable_sequence()));
    }
    REQUIRE(log->append(run_of(301, 60)));
    disk.stop_at(2);
    CHECK_FALSE(log->step());
  }
  disk.power_loss(simulated_storage::loss::everything);
  const std::string path = newest_segment(disk);
  std::string segment = disk.content(path);
  segment.replace(batch_offsets(segment).back(), 100, 100, 'x');
  disk.set_content(path, segment);
  disk.set_content(directory + "/segments/spare-9", std::string(4 * block_bytes, '\0'));
  disk.set_content(directory + "/snapshots/" + "00000000000000000290.snap.tmp", "begun");
}

void check_unchanged_refusal(simulated_storage& disk) {
  const auto before = disk.image();
  const auto started = start_as_a_program_does(disk);
  REQUIRE_FALSE(started);
  CHECK(started.failure().kind == error_kind::damaged);
  CHECK((disk.image() == before));
}

/// One to three mistakes of a disk or a person, somewhere in the journal.
void mutate(simulated_storage& disk, std::mt19937_64& random) {
  for (std::uint64_t left = random() % 3 + 1; left > 0; --left) {
    const auto files = disk.files();
    const std::string& path = files[random() % files.size()];
    std::string bytes = disk.content(path);
    const std::size_t used = bytes.find_last_not_of('\0') + 1;
    switch (random() % 6) {
    case 0:
      REQUIRE(disk.remove(path));
      continue;
    case 1:
      bytes.resize(bytes.empty() ? 0 : random() % bytes.size());
      break;
    case 2:
      if (!bytes.empty())
        bytes.replace(random() % bytes.size(), random() % 600, "");
      break;
    case 3: // a block from elsewhere
      if (bytes.size() >= 2 * block_bytes) {
        const std::size_t blocks = bytes.size() / block_bytes;
        bytes.replace(random() % blocks * block_bytes, block_bytes,
                      bytes.substr(random() % blocks * block_bytes, block_bytes));
      }
      break;
    default: // a bit where it matters more often than not
      if (used != 0)
        bytes = flipped(std::move(bytes), random() % used);
    }
    disk.set_content(path, std::move(bytes));
  }
}

} // namespace

TEST_CASE("refusal: a rotten byte that only replay finds leaves torn end, spares and snapshots as they are") {
  simulated_storage disk(1);
  make_untidy_journal(disk);
  const auto paths = segment_paths(disk);
  REQUIRE(paths.size() > 2);
  SECTION("with no snapshot behind it") {
    for (const std::string& file : disk.files())
      if (file.ends_with(".snap"))
        REQUIRE(disk.remove(file));
  }
  SECTION("with snapshots that are rotten too") {
    for (const std::string& file : disk.files())
      if (file.ends_with(".snap"))
        disk.set_content(file, "rotten");
  }
  disk.set_content(paths[1], flipped(disk.content(paths[1]), block_bytes + 200));
  check_unchanged_refusal(disk);
}

TEST_CASE("refusal: a folder that is missing is not made by a start that refuses") {
  simulated_storage origin(1);
  make_untidy_journal(origin);
  for (const std::string lost : {"/segments/", "/snapshots/"}) {
    simulated_storage disk(1);
    REQUIRE(disk.make_directory(directory));
    for (const auto& [path, bytes] : origin.image())
      if (!path.ends_with('/') && path.find(lost) == std::string::npos)
        disk.set_content(path, bytes);
    if (lost != "/segments/") {
      const auto paths = segment_paths(disk);
      disk.set_content(paths[1], flipped(disk.content(paths[1]), block_bytes + 200));
    }
    INFO("without " << lost);
    check_unchanged_refusal(disk);
  }
}

TEST_CASE("refusal: without a superblock no file of what may be a journal is removed") {
  simulated_storage disk(1);
  make_untidy_journal(disk);
  REQUIRE(disk.remove(directory + "/superblock"));
  check_unchanged_refusal(disk);
  for (const std::string& file : disk.files())
    if (file.ends_with(".snap"))
      REQUIRE(disk.remove(file));
  check_unchanged_refusal(disk);
}

TEST_CASE("refusal: what is repaired at last is what was planned, once, and the log goes on") {
  simulated_storage disk(1);
  make_untidy_journal(disk);
  disk.set_content(snapshot_file(300), "rotten");
  REQUIRE(start_as_a_program_does(disk));
  for (const std::string& file : disk.files()) {
    CHECK(file.find("spare-9") == std::string::npos);
    CHECK_FALSE(file.ends_with(".tmp"));
  }
  CHECK(disk.content(directory + "/quarantine/00000000000000000300.snap.0") == "rotten");
  auto log = start_log(disk, small_options(8));
  CHECK(log->info().recovery.what == recovery_report::outcome::clean);
  CHECK(log->info().snapshot_sequence == 240);
  append_durably(*log, 5);
  CHECK(check_replay(*log) == 305);
}

TEST_CASE("refusal: any mutation of a journal is refused without a change, or leads to its own events",
          "[seeds]") {
  simulated_storage origin(1);
  make_untidy_journal(origin);
  const auto sound = origin.image();
  std::uint64_t refused = 0;
  seed_run run(1000);
  while (run.next()) {
    std::mt19937_64 random(run.seed());
    simulated_storage disk(run.seed());
    for (const auto& [path, bytes] : sound)
      if (path.ends_with('/'))
        REQUIRE(disk.make_directory(path.substr(0, path.size() - 1)));
      else
        disk.set_content(path, bytes);
    mutate(disk, random);
    INFO(run.repeat());
    const auto before = disk.image();
    const auto started = start_as_a_program_does(disk);
    if (!started) {
      ++refused;
      REQUIRE((disk.image() == before));
      continue;
    }
    const auto log = open_log(disk, small_options());
    // The last batch has no proof yet: if it is damaged, it may be taken for one that was cut short.
    const std::uint64_t last = log->info().last_sequence;
    REQUIRE((last == 300 || last == 290));
    REQUIRE(restore_state(*log) == state_after(last));
  }
  CHECK((refused > run.done() / 10 || run.done() < 100));
}

} // namespace tallyman::journal::testing
