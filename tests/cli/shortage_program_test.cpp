// Shortages: whatever the system has no more of, the program ends in one line and exit code 3, or does
// without. It never ends by a signal, never hangs, and leaves a journal that verifies.

#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace tallyman::cli::testing;

namespace {

constexpr bool limits_mean_something = !is_sanitized;

constexpr int loader_failed = 127; // of the dynamic linker, before there is a program
constexpr const char* time_max = "timeout -s KILL 10 ";

/// A journal with snapshots, and commands that write it and read it with and without a cluster.
struct shortage_fixture {
  shortage_fixture() {
    run_well({"ingest", "--data", folder / "sound", "--snapshot-every", "200", recording("cluster.ndjson")});
  }

  std::vector<std::string> commands() const {
    return {
        fmt::format("ingest --data {} --snapshot-every 200 {}", folder / "new", recording("cluster.ndjson")),
        fmt::format("images --data {}", folder / "sound"),
        fmt::format("history --data {} redis:7.2.4-alpine", folder / "sound"),
        fmt::format("journal backup {} --to {}", folder / "sound", folder / "copy")};
  }

  /// Runs the command behind `limiting`, a command line that ends where another one may follow. Its exit
  /// code.
  int check(const std::string& limiting, const std::string& command) const {
    for (const char* made : {"new", "copy"})
      std::filesystem::remove_all(folder / made);
    const auto ended = run_shell(time_max + limiting + " \"$0\" " + command, "");
    INFO(limiting << " " << command << ": " << ended.code << ", " << ended.err);
    if (ended.code == loader_failed)
      return ended.code;
    CHECK((ended.code == 0 || (ended.code == 3 && ended.complained_once())));
    for (const char* made : {"new", "copy"})
      if (std::filesystem::exists(folder / made + std::string{"/superblock"}))
        run_well({"journal", "verify", folder / made});
    return ended.code;
  }

  scratch folder;
};

std::string failing_threads(long from, long to) {
  return fmt::format("env LD_PRELOAD={} FAILING_THREADS_FROM={} FAILING_THREADS_TO={}",
                     TALLYMAN_FAILING_THREADS, from, to);
}

} // namespace

TEST_CASE_METHOD(shortage_fixture,
                 "shortage: a thread that cannot be had for a moment is had a moment later") {
  if (!limits_mean_something)
    return;
  for (const auto& command : commands())
    for (long nth = 1; nth <= 10; ++nth)
      CHECK(check(failing_threads(nth, nth + 1), command) == 0);
}

TEST_CASE_METHOD(shortage_fixture,
                 "shortage: without the n-th thread the program ends in one line, for every n") {
  if (!limits_mean_something)
    return;
  for (const auto& command : commands()) {
    int refused = 0;
    for (long nth = 1; check(failing_threads(nth, 1'000'000), command) != 0; ++nth)
      REQUIRE(++refused < 30);
    INFO(command);
    CHECK((refused >= 2 || command.starts_with("journal")));
  }
}

TEST_CASE_METHOD(shortage_fixture, "shortage: a limit on descriptors ends in one line, or is enough") {
  if (!limits_mean_something)
    return;
  for (const auto& command : commands()) {
    int last = -1;
    for (int limit = 4; limit <= 40; limit += limit < 14 ? 1 : 13)
      last = check(fmt::format("prlimit --nofile={}", limit), command);
    CHECK(last == 0);
  }
}

TEST_CASE_METHOD(shortage_fixture, "shortage: a limit on memory ends in one line, or is enough") {
  if (!limits_mean_something)
    return;
  constexpr std::uint64_t step = std::uint64_t{24} << 20, most = std::uint64_t{1200} << 20;
  for (const auto& command : commands()) {
    int last = -1;
    for (auto limit = step; limit <= most && (limit < most / 3 || last != 0); limit += step)
      last = check(fmt::format("prlimit --as={}", limit), command);
    CHECK(last == 0);
  }
}

TEST_CASE_METHOD(shortage_fixture, "shortage: a limit on a user's processes ends in one line, or is enough") {
  if (!limits_mean_something)
    return;
  const std::string as_another = "setpriv --reuid 54321 --regid 54321 --clear-groups prlimit --nproc=";
  std::system(("chmod -R a+rwX " + folder / ".").c_str());
  const auto command = commands().front();
  if (::geteuid() != 0 || run_shell(as_another + "1000 \"$0\" --version", "").code != 0) {
    WARN("the program cannot be run as another user here (needs root); a preloaded library stands in for it");
    return;
  }
  int last = -1;
  for (int limit = 1; limit <= 12; ++limit) {
    std::system(("chmod -R a+rwX " + folder / ".").c_str());
    last = check(as_another + std::to_string(limit), command);
  }
  CHECK(last == 0);
}
