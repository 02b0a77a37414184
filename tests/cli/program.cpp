#include "cli/program.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace tallyman::cli::testing {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

/// What a child's descriptors are to be.
class file_actions {
public:
  file_actions() { posix_spawn_file_actions_init(&actions_); }
  ~file_actions() { posix_spawn_file_actions_destroy(&actions_); }
  file_actions(const file_actions&) = delete;
  file_actions& operator=(const file_actions&) = delete;

  void read(int descriptor, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), O_RDONLY, 0);
  }
  void write(int descriptor, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  void copy(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
  posix_spawn_file_actions_t actions_{};
};

} // namespace

scratch::scratch() {
  auto pattern = (std::filesystem::temp_directory_path() / "tallyman-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

scratch::~scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string scratch::file(std::string_view name, std::string_view content) const {
  auto path = *this / name;
  std::ofstream{path, std::ios::binary} << content;
  return path;
}

bool outcome::complained_once() const {
  return err.starts_with("tallyman: ") && err.find('\n') == err.size() - 1;
}

program::program(const arguments& given, const std::string& input, std::string executable) {
  // A child that ends early must not end the test with it.
  std::signal(SIGPIPE, SIG_IGN);
  file_actions actions;
  std::array<int, 2> pipe{-1, -1};
  if (input.empty()) {
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    actions.copy(pipe[0], STDIN_FILENO);
  } else {
    actions.read(STDIN_FILENO, input);
  }
  actions.write(STDOUT_FILENO, folder_ / "out");
  actions.write(STDERR_FILENO, folder_ / "err");
  auto copies = given;
  std::vector<char*> argv{executable.data()};
  for (auto& each : copies)
    argv.push_back(each.data());
  argv.push_back(nullptr);
  REQUIRE(::posix_spawn(&child_, executable.c_str(), actions.get(), nullptr, argv.data(), environ) == 0);
  if (pipe[0] >= 0)
    ::close(pipe[0]);
  input_ = pipe[1];
}

program::~program() {
  end_input();
  if (child_ < 0)
    return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void program::give(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(input_, text.data(), text.size());
    if (written <= 0)
      return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void program::end_input() {
  if (input_ >= 0)
    ::close(std::exchange(input_, -1));
}

void program::send(int signal) const {
  ::kill(child_, signal);
}

outcome program::wait() {
  int status = 0;
  struct rusage usage {};
  while (::wait4(child_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  child_ = -1;
  outcome ended;
  ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  ended.code = WIFSIGNALED(status) ? 128 + ended.signal : WEXITSTATUS(status);
  ended.rss_bytes_max = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  ended.out = content_of(folder_ / "out");
  ended.err = content_of(folder_ / "err");
  return ended;
}

outcome run(const arguments& given, const std::string& input) {
  return program{given, input}.wait();
}

outcome run_shell(const std::string& line, const std::string& argument) {
  return program{{"-c", line, TALLYMAN_PROGRAM, argument}, "/dev/null", "/bin/bash"}.wait();
}

std::string run_well(const arguments& given, const std::string& input) {
  const auto ended = run(given, input);
  INFO("tallyman " << given.front() << " said: " << ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE(ended.err.empty());
  return ended.out;
}

} // namespace tallyman::cli::testing
