#pragma once

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace tallyman::journal::testing {

/// How a child process ended, and the last number that it reported.
struct child_end {
  bool killed = false;
  int code = 0;
  std::uint64_t reported = 0;
};

/// Forks and lets the child run `work(report)`, where report(number) tells the parent a number; what `work`
/// returns is the exit code. `disturb(pid)` runs in the parent meanwhile.
template <class Work, class Disturb>
child_end in_child(Work work, Disturb disturb) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    const auto report = [to = ends[1]](std::uint64_t number) {
      if (::write(to, &number, sizeof number) != sizeof number)
        ::_exit(98);
    };
    ::_exit(work(report));
  }
  ::close(ends[1]);
  child_end ended;
  std::thread reader([&ended, from = ends[0]] {
    std::uint64_t number = 0;
    while (::read(from, &number, sizeof number) == sizeof number)
      ended.reported = number;
  });
  disturb(child);
  int status = 0;
  ::waitpid(child, &status, 0);
  reader.join();
  ::close(ends[0]);
  ended.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

template <class Work>
child_end in_child(Work work) {
  return in_child(work, [](pid_t) {});
}

} // namespace tallyman::journal::testing
