// Golden files one level above journal/: the events and the snapshot of a whole cluster, as a release wrote
// them.

#include "actors/fact_journal.hpp"
#include "actors/test_cluster.hpp"
#include "journal/simulated_storage.hpp"
#include "messages/well_known.hpp"
#include "tally/snapshot_codec.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

const std::string directory = "/journal";
constexpr std::uint64_t cluster_seed = 11;
constexpr std::uint64_t snapshot_at = 60;

std::string golden(std::uint32_t version) {
  return TALLYMAN_GOLDEN + std::string{"/version-"} + std::to_string(version);
}

journal::log_options golden_options() {
  journal::log_options options;
  options.cluster = "golden";
  options.create_if_missing = true;
  options.manual_steps = true;
  options.batch_bytes_max = 2 * journal::block_bytes;
  options.segment_bytes = options.segment_bytes_first = 24 * journal::block_bytes;
  options.buffer_bytes_max = 4 * journal::block_bytes;
  options.random = [state = std::uint64_t{20}]() mutable { return ++state * 0x9e3779b97f4a7c15; };
  return options;
}

void write_snapshot(journal::log& log, const cluster_state& state) {
  auto snapshot = log.begin_snapshot(state.sequence);
  REQUIRE(snapshot);
  REQUIRE(encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    return (*snapshot)->add_block(type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }));
  REQUIRE((*snapshot)->commit());
}

/// A random cluster's first facts, a snapshot in the middle, and the digest at the end; without actors or
/// threads, so that the bytes are always the same.
std::string write_golden_cluster(journal::simulated_storage& disk) {
  auto opened = journal::log::open(disk, directory, golden_options());
  REQUIRE(opened);
  REQUIRE((*opened)->start({}));
  const auto strings = std::make_shared<string_table>();
  cluster_state state{strings, 5};
  fact_sequencer sequencer{strings, intake{*strings, 5}, 0, 0, stepping_clock()};
  tallyman::fact_writer writer{*strings, static_cast<std::uint32_t>(well_known::texts.size())};
  random_cluster made_up{cluster_seed, *strings};
  bool taken = false;
  for (int step = 0; step < 120; ++step) {
    auto seen = made_up.next();
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
    write_snapshot(**opened, state);
  }
  REQUIRE((*opened)->close());
  return digest(state, digest_scope::everything);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  INFO(path.string());
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << content;
}

} // namespace

TEST_CASE("today's writers produce the golden journal of a cluster byte for byte") {
  journal::simulated_storage disk{1};
  const auto digest = write_golden_cluster(disk);
  const auto place = golden(journal::format_version_plain);
  if (std::getenv("TALLYMAN_WRITE_GOLDEN") != nullptr) {
    std::filesystem::remove_all(place);
    for (const auto& path : disk.files())
      write_file(place + path.substr(directory.size()), disk.content(path));
    write_file(place + "/digest", digest);
  }
  CHECK(read_file(place + "/digest") == digest);
  std::size_t segments = 0;
  std::size_t snapshots = 0;
  for (const auto& path : disk.files()) {
    INFO(path);
    CHECK(disk.content(path) == read_file(place + path.substr(directory.size())));
    segments += path.ends_with(".log") ? 1U : 0U;
    snapshots += path.ends_with(".snap") ? 1U : 0U;
  }
  CHECK(segments > 1);
  CHECK(snapshots == 1);
}

TEST_CASE("case 15: the golden journal of a cluster, of every version, replays to the state that it was") {
  const auto version = GENERATE(range(1U, journal::format_version_plain + 1));
  journal::simulated_storage disk{1};
  for (const auto* folder : {"", "/segments", "/snapshots", "/quarantine"})
    REQUIRE(disk.make_directory(directory + folder));
  const std::filesystem::path place = golden(version);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{place})
    if (entry.is_regular_file() && entry.path().filename() != "digest")
      disk.set_content(directory + "/" + entry.path().lexically_relative(place).string(),
                       read_file(entry.path()));
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
    CHECK(digest((*view)->state, digest_scope::everything) == read_file(place / "digest"));
  }
}
