// Case 10 of the crash suite (docs/crash-suite.md) with the program itself.

#include "cli/program.hpp"
#include "crash/small_filesystem.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;
using tallyman::journal::testing::small_filesystem;

namespace {

/// More pods than the first segment of a journal holds: their names are long.
std::string write_pods(const scratch& folder) {
  auto path = folder / "pods.json";
  std::ofstream out{path};
  const std::string tail(200, 'x');
  for (int i = 0; i < 45'000; ++i)
    out << fmt::format(
        R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"p-{0}-{1}","namespace":"shop","uid":"00000000-0000-4000-8000-{0:012x}"}},)"
        R"("spec":{{"containers":[{{"name":"main","image":"nginx:1"}}]}},"status":{{"phase":"Running","containerStatuses":)"
        R"([{{"name":"main","imageID":"nginx@sha256:1","containerID":"containerd://1"}}]}}}})"
        "\n",
        i, tail);
  return path;
}

std::string sequence_in(const std::string& digest_line) {
  return digest_line.substr(digest_line.find("sequence "));
}

} // namespace

TEST_CASE(
    "case 10: ingest onto a file system that fills up stops in one line, and goes on once there is room") {
  const scratch folder;
  const auto pods = write_pods(folder);
  const auto undisturbed = folder / "undisturbed";
  run_well({"ingest", "--data", undisturbed, "--time", "2026-11-23T12:00:00Z", pods});

  // The first segment of 8 MiB fits, the second one of 32 MiB does not.
  const auto small = small_filesystem::mount(small_filesystem::kind::tmpfs, std::uint64_t{14} << 20);
  const auto data = small ? small->path() + "/journal" : folder / "journal";
  outcome full;
  if (small) {
    full = run({"ingest", "--data", data, "--time", "2026-11-23T12:00:00Z", pods});
    CHECK_THAT(full.err, Contains("No space left on device"));
  } else {
    WARN("no tmpfs can be mounted here (needs root): a limit on the size of files stands in for it");
    full = run_shell(
        "trap '' XFSZ; ulimit -f 14000; exec \"$0\" ingest --data \"$1\" --time 2026-11-23T12:00:00Z " + pods,
        data);
    CHECK_THAT(full.err, Contains("File too large"));
  }
  CHECK(full.code == 3);
  CHECK_THAT(full.err, Contains(data));

  // What was acknowledged is there, and readable although the disk is still full.
  const auto before = run_well({"digest", "--data", data});
  CHECK_THAT(before, !Contains("sequence 0\n"));
  CHECK_THAT(run_well({"journal", "verify", data}), Contains("sound: "));
  if (small) {
    CHECK(run({"ingest", "--data", data, "--time", "2026-11-23T12:00:00Z", pods}).code == 3);
    REQUIRE(std::system(("mount -o remount,size=96m " + small->path()).c_str()) == 0);
  }
  const auto finished = run({"ingest", "--data", data, "--time", "2026-11-23T12:00:00Z", pods});
  INFO(finished.err);
  CHECK(finished.code == 0);
  const auto content = [](const std::string& of) { return run_well({"digest", "--data", of}); };
  CHECK(content(data) == content(undisturbed));
  CHECK(sequence_in(content(data)) != sequence_in(before));
}

TEST_CASE("case 10: a file system that has no room for a journal gets none, and the error says so") {
  const auto small = small_filesystem::mount(small_filesystem::kind::tmpfs, std::uint64_t{4} << 20);
  if (!small) {
    WARN("no tmpfs can be mounted here (needs root); tests/crash has a limit on the size of files");
    return;
  }
  const scratch folder;
  const auto pods = folder.file("none.json", "");
  const auto data = small->path() + "/journal";
  const auto refused = run({"ingest", "--data", data, pods});
  CHECK(refused.code == 3);
  CHECK(refused.complained_once());
  CHECK_THAT(refused.err, Contains("No space left on device"));
  REQUIRE(std::system(("mount -o remount,size=64m " + small->path()).c_str()) == 0);
  run_well({"ingest", "--data", data, pods});
}
