// Whatever is given for an option or an argument: it is taken, or refused in one line that can be read.

#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t line_bytes_max = 4200;
/// Linux takes no longer argument (MAX_ARG_STRLEN).
constexpr std::size_t argument_bytes_max = 128 * 1024 - 1;

/// A command with all that it needs, in a folder that holds a journal, "sound", and a copy of it that may be
/// changed.
struct sample {
  arguments command;
  arguments required;
};

const std::vector<sample>& samples() {
  static const std::vector<sample> all{
      {{"ingest"}, {"--data", "new", "empty.json"}},
      {{"watch"}, {"--data", "new", "--kubeconfig", "none"}},
      {{"images"}, {"--data", "sound"}},
      {{"explain"}, {"--data", "sound", "redis:7.2.4-alpine"}},
      {{"history"}, {"--data", "sound", "redis:7.2.4-alpine"}},
      {{"diff"}, {"--data", "sound", "1", "2"}},
      {{"digest"}, {"--data", "sound"}},
      {{"scan-result"}, {"--data", "copied", "--image-id", "busybox:1.36", "--arch", "amd64"}},
      {{"journal", "stat"}, {"sound"}},
      {{"journal", "verify"}, {"sound"}},
      {{"journal", "dump"}, {"sound"}},
      {{"journal", "compact"}, {"copied"}},
      {{"journal", "backup"}, {"sound", "--to", "new"}},
      {{"journal", "salvage"}, {"sound", "--to", "new"}},
  };
  return all;
}

std::vector<std::string> odd_values() {
  return {"",
          "-1",
          "99999999999999999999999",
          "NaN",
          "1e400",
          "5x",
          " ",
          ",",
          "a\nb\x1b[31m",
          "a\xff\xfe"
          "b",
          std::string(argument_bytes_max, '9')};
}

/// The options that take a value, as --help names them.
std::vector<std::string> options_of(const arguments& command) {
  auto asking = command;
  asking.push_back("--help");
  std::istringstream help{run_well(asking)};
  const std::regex option{R"(^  (?:-\w,)?(--[\w-]+) \S.*)"}, flag{R"(^  (?:-\w,)?--[\w-]+ {2,}.*)"};
  std::vector<std::string> found;
  std::smatch match;
  for (std::string line; std::getline(help, line);)
    if (std::regex_match(line, match, option) && !std::regex_match(line, flag))
      found.push_back(match[1]);
  return found;
}

struct arguments_fixture {
  arguments_fixture() {
    run_well({"ingest", "--data", folder / "sound", recording("cluster.ndjson")});
    folder.file("empty.json", "");
  }

  /// Runs it in the folder: values that look like paths are.
  outcome run_here(const arguments& given) const {
    namespace fs = std::filesystem;
    for (const char* made : {"new", "copied"})
      fs::remove_all(folder / made);
    if (std::find(given.begin(), given.end(), "copied") != given.end())
      fs::copy(folder / "sound", folder / "copied", fs::copy_options::recursive);
    arguments shell{"-c", "cd \"$1\" && shift && exec timeout -s KILL 10 \"$0\" \"$@\"", TALLYMAN_PROGRAM,
                    folder / "."};
    shell.insert(shell.end(), given.begin(), given.end());
    return program{shell, "/dev/null", "/bin/bash"}.wait();
  }

  void check(const arguments& given, const std::string& what, const std::string& value) const {
    const auto ended = run_here(given);
    INFO(given.front() << " " << what << " '" << value.substr(0, 40) << "' of " << value.size()
                       << " bytes: " << ended.code << ", " << ended.err.substr(0, 400));
    CHECK((ended.code == 0 || ended.code == 2 || ended.code == 3 || ended.code == 7));
    if (ended.code == 0)
      return;
    CHECK(ended.complained_once());
    CHECK(ended.err.size() < line_bytes_max);
    CHECK(ended.err.find_first_of("\x1b\xff") == std::string::npos);
    CHECK((ended.code == 7 || ended.out.empty()));
    if (value.empty())
      CHECK(ended.code == 2);
  }

  scratch folder;
};

} // namespace

TEST_CASE_METHOD(arguments_fixture,
                 "any value of any option of any command is taken, or refused in one short line") {
  constexpr std::size_t tried_one_of = is_sanitized ? 7 : 1; // 7 is no divisor of the number of values
  std::size_t number = 0;
  for (const auto& each : samples())
    for (const auto& option : options_of(each.command))
      for (const auto& value : odd_values()) {
        if (number++ % tried_one_of != 0)
          continue;
        auto given = each.command;
        given.insert(given.end(), each.required.begin(), each.required.end());
        if (const auto at = std::find(given.begin(), given.end(), option); at != given.end())
          *std::next(at) = value;
        else
          given.insert(given.end(), {option, value});
        check(given, option, value);
      }
}

TEST_CASE_METHOD(arguments_fixture, "any argument of any command is taken, or refused in one short line") {
  for (const auto& each : samples())
    for (std::size_t i = 0; i < each.required.size(); ++i) {
      if (each.required[i].starts_with("--") || (i > 0 && each.required[i - 1].starts_with("--")))
        continue;
      for (const auto& value : odd_values()) {
        auto required = each.required;
        required[i] = value;
        auto given = each.command;
        given.insert(given.end(), required.begin(), required.end());
        check(given, each.required[i], value);
      }
    }
}

TEST_CASE_METHOD(arguments_fixture,
                 "a number that is none, and a name that is none, are wrong usage and change nothing") {
  const std::vector<arguments> wrong{
      {"ingest", "--data", "new", "--snapshot-every", "-1", "empty.json"},
      {"ingest", "--data", "new", "--snapshot-every", "18446744073709551616", "empty.json"},
      {"ingest", "--data", "new", "--keep-size", "0", "empty.json"},
      {"ingest", "--data", "new", "--keep-size", "99999999999TB", "empty.json"},
      {"ingest", "--data", "new", "--keep-days", "NaN", "empty.json"},
      {"ingest", "--data", "new", "--keep-days", "1e400", "empty.json"},
      {"ingest", "--data", "new", "--keep-days", "-1", "empty.json"},
      {"ingest", "--data", "new", "--cluster",
       "a\xff\xfe"
       "b",
       "empty.json"},
      {"ingest", "--data", "new", "--cluster", "a\nb", "empty.json"},
      {"ingest", "--data", "new", "--cluster", std::string(256, 'x'), "empty.json"},
      {"ingest", "--data", "new", "--time", "", "empty.json"},
      {"images", "--data", "sound", "--at", ""},
      {"images", "--data", "sound", "--at", "18446744073709551616"},
      {"images", "--data", "sound", "--namespace", ""},
      {"journal", "dump", "sound", "--from", "-1"},
      {"journal", "dump", "sound", "--to", ""},
      {"journal", "dump", "sound", "--to", "18446744073709551616"},
      {"journal", "backup", "sound", "--to", ""},
      {"journal", "salvage", "", "--to", "new"},
      {"journal", "salvage", "sound", "--to", "new", "--cluster",
       "a\xff\xfe"
       "b"}};
  for (const auto& given : wrong) {
    const auto ended = run_here(given);
    INFO(given.front() << ": " << ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.complained_once());
    CHECK(ended.err.size() < 300);
    CHECK(ended.out.empty());
    CHECK_FALSE(std::filesystem::exists(folder / "new"));
  }
}
