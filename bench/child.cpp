#include "bench/child.hpp"

#include "bench/bench_cluster.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace tallyman::bench {

namespace {

/// The exit status, or a signal's number + 128, as a shell has it.
int run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& each : words)
    arguments.push_back(each.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0)
    throw bench_failure{"this program cannot be started once more"};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

std::vector<report_line> run_child(const std::vector<std::string>& arguments) {
  const scratch_directory answer{"/tmp"};
  const auto path = answer.path() + "/figures.json";
  std::vector<std::string> words{"tallyman_bench"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.insert(words.end(), {"--quiet", "--json", path});
  if (const auto status = run_program(words); status != 0)
    throw bench_failure{fmt::format("`{}` ended with status {}", fmt::join(words, " "), status)};
  std::ifstream file{path};
  return report::lines_of(nlohmann::ordered_json::parse(file));
}

int run_child_status(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"tallyman_bench"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(std::move(words));
}

report_line run_child_line(const std::vector<std::string>& arguments, const std::string& what) {
  for (auto& line : run_child(arguments))
    if (what.empty() || line.what == what)
      return line;
  throw bench_failure{fmt::format("`{}` measured no {}", fmt::join(arguments, " "), what)};
}

} // namespace tallyman::bench
