#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

std::string block_of(std::uint64_t sequence, int index) {
  return "block " + std::to_string(index) + " at " + std::to_string(sequence) +
         std::string(static_cast<std::size_t>(index) * 100, 's');
}

result<void> write_snapshot(log& of, std::uint64_t sequence, int blocks = 5) {
  auto writer = of.begin_snapshot(sequence);
  if (!writer)
    return writer.failure();
  for (int i = 0; i < blocks; ++i)
    if (auto added = (*writer)->add_block(static_cast<std::uint16_t>(i), block_of(sequence, i)); !added)
      return added;
  return (*writer)->commit();
}

void check_snapshot(const log& of, std::uint64_t sequence, int blocks = 5) {
  auto reader = of.newest_snapshot();
  REQUIRE(reader);
  REQUIRE(reader->has_value());
  CHECK((*reader)->sequence() == sequence);
  for (int i = 0; i < blocks; ++i) {
    auto block = (*reader)->next();
    REQUIRE((block && *block));
    CHECK((*block)->type == i);
    CHECK((*block)->bytes == block_of(sequence, i));
  }
  auto end = (*reader)->next();
  REQUIRE(end);
  CHECK_FALSE(*end);
}

/// 100 events in two segments, with a snapshot in each: after 40 and after 75.
void make_log_with_snapshots(simulated_storage& disk) {
  auto log = start_log(disk, small_options());
  for (int i = 0; i < 10; ++i)
    append_durably(*log, 5);
  REQUIRE(write_snapshot(*log, 40));
  for (int i = 0; i < 10; ++i)
    append_durably(*log, 5);
  REQUIRE(write_snapshot(*log, 75));
  REQUIRE(log->close());
}

} // namespace

TEST_CASE("a restart begins with the newest snapshot and the events after it") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  auto log = open_log(disk, small_options());
  CHECK(log->info().snapshot_sequence == 75);
  check_snapshot(*log, 75);
  auto cursor = log->replay();
  REQUIRE(cursor);
  auto batch = cursor->next();
  REQUIRE((batch && *batch));
  CHECK((*batch)->first_sequence() == 76);
  CHECK(check_replay(*log, 76) == 100);
  CHECK(check_replay(*log, 1) == 100);
}

TEST_CASE("a snapshot makes its own sequence durable first") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  REQUIRE(log->append(run_of(1, 10)));
  REQUIRE(write_snapshot(*log, 10));
  CHECK(log->durable_sequence() == 10);
  CHECK(log->begin_snapshot(11).failure().kind == error_kind::usage);
  CHECK(log->begin_snapshot(0).failure().kind == error_kind::usage);
}

TEST_CASE("a flipped bit anywhere in the newest snapshot leads to the older one, never to wrong blocks") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  const std::string path = snapshot_file(75);
  const std::string sound = disk.content(path);
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string rotten = sound;
    rotten[at] = static_cast<char>(rotten[at] ^ (1 << at % 8));
    disk.set_content(path, rotten);
    auto log = journal::log::open(disk, directory, options);
    INFO("byte " << at);
    REQUIRE(log);
    REQUIRE((*log)->info().snapshot_sequence == 40);
    REQUIRE((*log)->info().recovery.snapshot_note.find(path) != std::string::npos);
  }
  disk.set_content(path, sound);
  CHECK(open_log(disk, options)->info().snapshot_sequence == 75);
}

TEST_CASE("a snapshot cut short at any byte leads to the older one") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  const std::string path = snapshot_file(75);
  const std::string sound = disk.content(path);
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  for (std::size_t size = 0; size < sound.size(); ++size) {
    disk.set_content(path, sound.substr(0, size));
    auto log = journal::log::open(disk, directory, options);
    INFO("cut at " << size);
    REQUIRE(log);
    REQUIRE((*log)->info().snapshot_sequence == 40);
  }
}

TEST_CASE("without a sound snapshot a log that reaches back to its beginning is replayed from there") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  for (const std::uint64_t sequence : {40U, 75U})
    disk.set_content(snapshot_file(sequence), "rotten");
  auto log = open_log(disk, small_options());
  CHECK(log->info().snapshot_sequence == 0);
  CHECK_FALSE(*log->newest_snapshot());
  CHECK(check_replay(*log) == 100);
}

TEST_CASE("without a sound snapshot a log that no longer reaches back to its beginning is refused") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  {
    auto log = start_log(disk, small_options());
    append_durably(*log, 20);
    REQUIRE(write_snapshot(*log, 110));
    REQUIRE_FALSE(log->apply_retention({std::chrono::milliseconds(0), 1})->empty());
  }
  CHECK(check_replay(*open_log(disk, small_options()), 111) == 120);
  for (const std::uint64_t sequence : {75U, 110U})
    disk.set_content(snapshot_file(sequence), "rotten");
  const auto before = disk.image();
  const auto refused = log::open(disk, directory, small_options());
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().kind == error_kind::damaged);
  CHECK((disk.image() == before));
}

TEST_CASE("a rotten snapshot is moved aside, and the sound older one is there to fall back to") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  disk.set_content(snapshot_file(75), "rotten");
  {
    auto log = start_log(disk, small_options());
    REQUIRE(write_snapshot(*log, 90));
    REQUIRE(log->close());
  }
  CHECK_FALSE(disk.content(snapshot_file(40)).empty());
  CHECK(disk.content(directory + "/quarantine/" + sequence_name(75, ".snap") + ".0") == "rotten");
  disk.set_content(snapshot_file(90), "rotten too");
  CHECK(open_log(disk, small_options())->info().snapshot_sequence == 40);
}

TEST_CASE("a snapshot newer than the log proves that events are missing") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  disk.set_content(snapshot_file(101), disk.content(snapshot_file(75)));
  const auto before = disk.image();
  const auto refused = log::open(disk, directory, small_options());
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().kind == error_kind::damaged);
  CHECK((disk.image() == before));
  CHECK(refused.failure().what.find(snapshot_file(101)) != std::string::npos);
}

TEST_CASE("another journal's snapshot is not taken for this one's") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  simulated_storage other_disk(2);
  {
    auto other = start_log(other_disk, small_options(7));
    append_durably(*other, 90);
    REQUIRE(write_snapshot(*other, 80));
  }
  disk.set_content(snapshot_file(80), other_disk.content(snapshot_file(80)));
  CHECK(open_log(disk, small_options())->info().snapshot_sequence == 75);
}

TEST_CASE("a snapshot that fails at any step is an error, leaves no file, and the log goes on") {
  for (std::uint64_t nth = 1; nth < 12; ++nth) {
    simulated_storage disk(nth);
    auto log = start_log(disk, small_options());
    append_durably(*log, 30);
    REQUIRE(write_snapshot(*log, 10));
    disk.fail_sync(nth % 4 + 1);
    if (nth >= 4)
      disk.fail_write(nth % 3 + 1);
    if (nth >= 8)
      disk.fail_rename(1);
    const auto failed = write_snapshot(*log, 20);
    disk.clear_faults();
    INFO("round " << nth);
    if (!failed)
      CHECK(failed.failure().kind == error_kind::io);
    for (const std::string& path : disk.files())
      CHECK_FALSE(path.ends_with(".tmp"));
    append_durably(*log, 10);
    REQUIRE(write_snapshot(*log, 30));
    REQUIRE(log->close());
    disk.power_loss(simulated_storage::loss::everything);
    auto again = open_log(disk, small_options());
    check_snapshot(*again, 30);
    CHECK(check_replay(*again) == 40);
  }
}

TEST_CASE("large blocks come back whole, too large ones are refused") {
  simulated_storage disk(1);
  auto log = start_log(disk, small_options());
  append_durably(*log, 1);
  auto writer = log->begin_snapshot(1);
  REQUIRE(writer);
  const std::string large(3 * 1024 * 1024 + 17, 'L');
  REQUIRE((*writer)->add_block(1, large));
  REQUIRE((*writer)->add_block(2, ""));
  REQUIRE((*writer)->add_block(3, large));
  REQUIRE((*writer)->commit());
  auto reader = log->newest_snapshot();
  REQUIRE(reader);
  CHECK((*(*reader)->next())->bytes == large);
  CHECK((*(*reader)->next())->bytes.empty());
  CHECK((*(*reader)->next())->bytes == large);
  CHECK_FALSE(*(*reader)->next());
  auto second = log->begin_snapshot(1);
  REQUIRE(second);
  CHECK((*second)->add_block(1, std::string(snapshot_block_bytes_max + 1, 'x')).failure().kind ==
        error_kind::usage);
}

TEST_CASE("verify finds the rotten snapshot that opening passes over") {
  simulated_storage disk(1);
  make_log_with_snapshots(disk);
  CHECK_FALSE(verify(disk, directory)->first_damage);
  std::string rotten = disk.content(snapshot_file(40));
  rotten[rotten.size() / 2] = static_cast<char>(rotten[rotten.size() / 2] ^ 1);
  disk.set_content(snapshot_file(40), rotten);
  const auto checked = verify(disk, directory);
  REQUIRE(checked);
  REQUIRE(checked->first_damage);
  CHECK(checked->first_damage->what.find(snapshot_file(40)) != std::string::npos);
}

} // namespace tallyman::journal::testing
