#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace tallyman::cli::testing {

namespace {

using Catch::Matchers::Contains;

/// The recording in a journal with a snapshot in each of four parts; its digest. In parts, since a fast
/// ingest is past the next snapshot before it has written the last.
std::string make_journal(const std::string& data) {
  const scratch folder;
  const auto whole = read_file(recording("cluster.ndjson"));
  for (std::size_t part = 0, from = 0; part < 4; ++part) {
    const auto end = part == 3 ? whole.size() : whole.find('\n', whole.size() * (part + 1) / 4) + 1;
    run_well({"ingest", "--data", data, "--snapshot-every", "100", "--chunk-bytes", "100000",
              folder.file("part", whole.substr(from, end - from))});
    from = end;
  }
  return run_well({"digest", "--data", data, "--times"});
}

} // namespace

TEST_CASE("a backup taken while a process ingests is verified and has the state of its sequence") {
  const scratch folder;
  const auto data = folder / "journal";
  program writer({"ingest", "--data", data, "--snapshot-every", "100", "-"}, "");
  const auto text = read_file(recording("cluster.ndjson"));
  const auto half = text.find('\n', text.size() / 2) + 1;
  writer.give(std::string_view{text}.substr(0, half));
  REQUIRE(eventually([&] {
    return run({"journal", "stat", data}).out.find("events       none") == std::string::npos &&
           run({"journal", "stat", data}).code == 0;
  }));
  const auto said = run_well({"journal", "backup", data, "--to", folder / "copy"});
  CHECK_THAT(said, Contains("its history begins with the first event"));
  CHECK_THAT(run_well({"journal", "verify", folder / "copy"}), Contains("sound: "));
  CHECK(run({"journal", "backup", data, "--to", folder / "copy"}).code == 2);
  writer.give(std::string_view{text}.substr(half));
  writer.end_input();
  CHECK(writer.wait().code == 0);
  // The rest on top of the copy leads where the original went.
  run_well({"ingest", "--data", folder / "copy", recording("cluster.ndjson")});
  CHECK(essence_of_json(run_well({"images", "--data", folder / "copy", "-o", "json"})) == expected_essence());
}

TEST_CASE("salvage says what is lost, and its journal answers as the old one did") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto digest = make_journal(data);
  const auto name = std::string{"segments/00000000000000000001.log"};
  auto bytes = read_file(data + "/" + name);
  bytes[3 * 4096 + 200] = static_cast<char>(bytes[3 * 4096 + 200] ^ 1);
  folder.file("journal/" + name, bytes);
  CHECK(run({"digest", "--data", data}).code == 4);
  const auto said = run_well({"journal", "salvage", data, "--to", folder / "new"});
  CHECK_THAT(said, Contains("damaged: ") && Contains(name) && Contains("lost: events "));
  CHECK(run_well({"digest", "--data", folder / "new", "--times"}) == digest);
  CHECK_THAT(run_well({"journal", "verify", folder / "new"}), Contains("sound: "));
  CHECK_FALSE(run_well({"journal", "dump", folder / "new"}).empty());
  CHECK(read_file(data + "/" + name) == bytes);
  CHECK(run({"journal", "salvage", data, "--to", folder / "new"}).code == 2);
}

TEST_CASE("compact says what it takes, needs to be told what to keep, and leaves the state alone") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto digest = make_journal(data);
  CHECK(run({"journal", "compact", data}).code == 2);
  CHECK(run({"ingest", "--data", data, "--keep-days", "1", "--snapshot-every", "0", "-"}).code == 2);
  const auto asked = run_well({"journal", "compact", data, "--keep-size", "1kB", "--dry-run"});
  CHECK_THAT(asked, Contains("nothing would go") && Contains("the limits are not met"));
  CHECK_THAT(run_well({"journal", "stat", data, "--keep-size", "1kB"}),
             Contains("would go") && Contains("history"));
  CHECK_THAT(run_well({"journal", "compact", data, "--keep-days", "3"}), Contains("nothing went"));
  CHECK(run_well({"digest", "--data", data, "--times"}) == digest);
}

TEST_CASE("verify draws no bar where there is no terminal") {
  const scratch folder;
  const auto data = folder / "journal";
  make_journal(data);
  const auto ended = run({"journal", "verify", data});
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK_THAT(run_well({"journal", "verify", data, "--deep"}),
             Contains("every event decodes, ") && Contains(" snapshots hold the states as replayed"));
}

} // namespace tallyman::cli::testing
