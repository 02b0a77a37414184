#include "watch/access/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace tallyman::watch {

namespace {

using clock = std::chrono::steady_clock;

error failed(std::string what) {
  return {error_kind::io, std::move(what)};
}

class pipe_ends {
public:
  pipe_ends() { ok_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~pipe_ends() {
    close(0);
    close(1);
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  bool ok() const noexcept { return ok_; }
  int read_end() const noexcept { return ends_[0]; }
  int write_end() const noexcept { return ends_[1]; }
  void close_write_end() { close(1); }

private:
  void close(std::size_t end) {
    if (ends_[end] >= 0)
      ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
  bool ok_ = false;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& each : texts)
    pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_of(const child_process& child) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view setting{*each};
    const auto name = setting.substr(0, setting.find('='));
    bool is_replaced = false;
    for (const auto& [own, value] : child.environment)
      is_replaced = is_replaced || own == name;
    if (!is_replaced)
      all.emplace_back(setting);
  }
  for (const auto& [name, value] : child.environment)
    all.emplace_back(name).append(1, '=').append(value);
  return all;
}

/// The process id, or the errno of why there is none.
std::pair<pid_t, int> start(const child_process& child, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  // The main program ignores these; a child would inherit that.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigaddset(&defaults, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments{child.command};
  arguments.insert(arguments.end(), child.arguments.begin(), child.arguments.end());
  auto environment = environment_of(child);
  pid_t pid = -1;
  const auto failure = ::posix_spawnp(&pid, child.command.c_str(), &actions, &attributes,
                                      pointers_to(arguments).data(), pointers_to(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return {pid, failure};
}

/// Reads to the end; the error if that is not to be.
std::optional<error> read_all(int from, const child_process& child, std::string& into) {
  const auto deadline = clock::now() + child.time_max;
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd watched{from, POLLIN, 0};
    const auto ready = left <= 0 ? 0 : ::poll(&watched, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return failed(fmt::format("it took longer than {} s", child.time_max.count() / 1000));
    const auto got = ::read(from, chunk.data(), chunk.size());
    if (got < 0 && errno != EINTR)
      return failed(std::strerror(errno));
    if (got == 0)
      return {};
    if (got > 0)
      into.append(chunk.data(), static_cast<std::size_t>(got));
    if (into.size() > child.output_bytes_max)
      return failed(fmt::format("it printed more than {} bytes", child.output_bytes_max));
  }
}

} // namespace

result<std::string> run_child(const child_process& child) {
  pipe_ends pipe;
  if (!pipe.ok())
    return failed(std::string{"no pipe: "} + std::strerror(errno));
  const auto [pid, failure] = start(child, pipe.write_end());
  if (failure != 0)
    return failed(fmt::format("it cannot be run: {}", std::strerror(failure)));
  pipe.close_write_end();
  std::string printed;
  auto problem = read_all(pipe.read_end(), child, printed);
  if (problem)
    ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (problem)
    return *problem;
  if (WIFSIGNALED(status))
    return failed(fmt::format("it was ended by signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    return failed(fmt::format("it exited with {}", WEXITSTATUS(status)));
  return printed;
}

} // namespace tallyman::watch
