// A clock that jumped ahead: noticed, told, and kept from harming questions and retention. With libfaketime.

#include "cli/program.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

/// The program with the wall clock moved by `offset` ("+400d"), and the monotonic one as it is.
outcome run_at(const std::string& offset, const std::string& command, const std::string& data) {
  // faketime preloads a library, and an address sanitizer that does not come first gives up unless told not
  // to.
  return run_shell("export ASAN_OPTIONS=\"${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0\"; "
                   "DONT_FAKE_MONOTONIC=1 exec faketime -f " +
                       offset + " \"$0\" " + command,
                   data);
}

bool there_is_faketime() {
  if (run_shell("faketime -f +1d true", "").code == 0)
    return true;
  WARN("faketime is not installed; tests/journal/age_clock_test has the rules alone");
  return false;
}

std::string pods(const scratch& folder, int first, int count) {
  auto path = folder / fmt::format("pods-{}.json", first);
  std::ofstream out{path};
  const std::string tail(200, 'x');
  for (int i = first; i < first + count; ++i)
    out << fmt::format(
        R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"p-{0}-{1}","namespace":"shop","uid":"00000000-0000-4000-8000-{0:012x}"}},)"
        R"("spec":{{"containers":[{{"name":"main","image":"nginx:{2}"}}]}},"status":{{"phase":"Running","containerStatuses":)"
        R"([{{"name":"main","imageID":"nginx@sha256:{2}","containerID":"containerd://1"}}]}}}})"
        "\n",
        i, tail, first);
  return path;
}

} // namespace

TEST_CASE("a clock that jumped ahead and was set right is told, and hides no event from questions") {
  if (!there_is_faketime())
    return;
  const scratch folder;
  const auto data = folder / "journal";
  REQUIRE(run_at("+400d", "ingest --data \"$1\" " + pods(folder, 1, 3), data).code == 0);
  const auto back = run({"ingest", "--data", data, pods(folder, 100, 2)});
  INFO(back.err);
  CHECK(back.code == 0);
  CHECK(back.complained_once());
  CHECK_THAT(back.err, Contains("400d") || Contains("399d23h"));
  CHECK_THAT(back.err, Contains("ahead of this machine's clock"));
  for (const auto* moment : {"-0s", "-0d"})
    CHECK_THAT(run_well({"images", "--data", data, "--at", moment}),
               Contains("nginx:100") && Contains("nginx:1 "));
  const auto listed = run_well({"images", "--data", data});
  const auto time = listed.substr(listed.find(" of ", listed.find(" at sequence ")) + 4,
                                  std::string{"2028-01-01T18:43:06.761Z"}.size());
  CHECK_THAT(run_well({"images", "--data", data, "--at", time}), Contains("nginx:1 "));
}

TEST_CASE("a clock that jumped ahead, and was set right before the next start, gives up no history by age") {
  if (!there_is_faketime())
    return;
  const scratch folder;
  const auto data = folder / "journal";
  // A segment that is full, and behind it an old snapshot and two new ones.
  const std::string ingest = "ingest --data \"$1\" --snapshot-every 10000 --keep-days 30 ";
  for (const int first : {0, 100'000})
    REQUIRE(run_at("-1d", ingest + pods(folder, first, 35'000), data).code == 0);
  REQUIRE(run_at("+400d", ingest + pods(folder, 200'000, 80'000), data).code == 0);
  const auto back = run_shell("exec \"$0\" " + ingest + pods(folder, 400'000, 35'000), data);
  INFO(back.err);
  REQUIRE(back.code == 0);
  CHECK_THAT(run_well({"journal", "stat", data}), Contains("every state from event 1 "));
  run_well({"journal", "compact", data, "--keep-days", "30"});
  CHECK_THAT(run_well({"journal", "stat", data}), Contains("every state from event 1 "));
}
