// Golden files one level above journal/: the events and the snapshot of a whole cluster, as a release wrote
// them.

#include "actors/test_cluster.hpp"
#include "journal/golden_files.hpp"
#include "journal/log_seams.hpp"
#include "messages/well_known.hpp"
#include "messages/wire/record_type.hpp"
#include "replay/fact_journal.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace tallyman;
using namespace tallyman::testing;
using journal::testing::directory;

namespace {

/// Of the state at the end; beside the journal's own files, which it does not disturb.
const auto digest_path = directory + "/digest";
constexpr std::uint64_t cluster_seed = 11;
constexpr std::uint64_t snapshot_at = 60;

journal::log_options golden_options() {
  journal::log_options options;
  options.cluster = "golden";
  options.create_if_missing = true;
  const auto seams = std::make_shared<journal::log_seams>();
  seams->manual_steps = true;
  options.batch_bytes_max = 2 * journal::block_bytes;
  options.segment_bytes = options.segment_bytes_first = 24 * journal::block_bytes;
  options.buffer_bytes_max = 4 * journal::block_bytes;
  seams->random = [state = std::uint64_t{20}]() mutable { return ++state * 0x9e3779b97f4a7c15; };
  options.seams = seams;
  return options;
}

void save_snapshot(journal::log& log, const cluster_state& state) {
  auto snapshot = log.begin_snapshot(state.sequence);
  REQUIRE(snapshot);
  REQUIRE(encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    return (*snapshot)->add_block(type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }));
  REQUIRE((*snapshot)->commit());
}

/// What every journal begins with.
observations begin_second_rules() {
  observations settings;
  settings_changed change;
  change.scan_grace_ms = 86'400'000;
  change.rules = tally_rules::second;
  settings.batch.facts.push_back({0, change});
  return settings;
}

/// A random cluster's first facts, a snapshot in the middle, and the digest at the end; without actors or
/// threads, so that the bytes are always the same.
std::string write_golden_cluster(journal::simulated_storage& disk) {
  auto options = golden_options();
  options.content_version = records_version;
  auto opened = journal::log::open(disk, directory, options);
  REQUIRE(opened);
  REQUIRE((*opened)->start({}));
  const auto strings = std::make_shared<string_table>();
  cluster_state state{strings, 5, tally_rules::first};
  fact_sequencer sequencer{strings, intake{*strings, 5}, 0, 0, stepping_clock()};
  tallyman::fact_writer writer{*strings, static_cast<std::uint32_t>(well_known::texts.size())};
  random_cluster made_up{cluster_seed, *strings};
  bool taken = false;
  for (int step = 0; step < 120; ++step) {
    auto seen = step == 0 ? begin_second_rules() : made_up.next();
    const auto work = sequencer.admit(seen);
    if (!work)
      continue;
    REQUIRE((*opened)->append(writer.encode(work->batch)));
    REQUIRE((*opened)->flush());
    state.apply(work->batch, work->first_sequence);
    state.incoming = sequencer.state();
    if (taken || state.sequence < snapshot_at)
      continue;
    taken = true;
    save_snapshot(**opened, state);
  }
  REQUIRE((*opened)->close());
  return digest(state, digest_scope::everything);
}

} // namespace

TEST_CASE("today's writers produce the golden journal of a cluster byte for byte") {
  journal::simulated_storage disk{1};
  disk.set_content(digest_path, write_golden_cluster(disk));
  journal::testing::check_golden(disk, journal::format_version_content);
  const auto count = [&](std::string_view ending) {
    const auto files = disk.files();
    return std::count_if(files.begin(), files.end(),
                         [&](const auto& path) { return path.ends_with(ending); });
  };
  CHECK(count(".log") > 1);
  CHECK(count(".snap") == 1);
}

TEST_CASE("case 15: the golden journal of a cluster, of every version, replays to the state that it was") {
  const auto version = GENERATE(journal::format_version_plain, journal::format_version_content);
  journal::simulated_storage disk{1};
  journal::testing::load_golden(disk, version);
  const auto expected = disk.content(digest_path);
  for (const bool ignore_snapshots : {false, true}) {
    test_system system{1};
    auto options = test_options();
    options.create = false;
    options.read_only = true;
    options.ignore_snapshots = ignore_snapshots;
    const auto opened = cluster::open(system.actors, disk, directory, options);
    if (!opened)
      FAIL(opened.failure().what);
    CHECK((*opened)->journal_info().snapshot_sequence >= snapshot_at);
    const auto view = (*opened)->view();
    REQUIRE(view);
    CHECK(digest((*view)->state, digest_scope::everything) == expected);
  }
}
