#include "tally/full_cluster.hpp"

#include <catch2/catch.hpp>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

void remove_one_pod(cluster_state& state, std::uint64_t number) {
  fact_batch batch;
  batch.facts.push_back({state.time_ms, pod_gone{numbered_uid(4, number), 0, gone_reason::deleted}});
  state.apply(batch, state.sequence + 1);
}

/// The instructions that the removal of one pod takes, counted one by one in a child process: unlike a
/// clock, this does not depend on what else the machine does. 0 if the system does not allow it.
std::uint64_t instructions_of_removal(cluster_state& state) {
  remove_one_pod(state, 1); // binds the symbols
  const auto child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
      _exit(1);
    raise(SIGSTOP);
    remove_one_pod(state, 2);
    raise(SIGSTOP);
    _exit(0);
  }
  int status = 0;
  std::uint64_t steps = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
    return 0;
  do {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0)
      return 0;
    waitpid(child, &status, 0);
    ++steps;
  } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return steps;
}

} // namespace

TEST_CASE("the removal of a pod costs as much among many images as among few") {
  auto few = make_cluster({10, 50, 50, 400});
  auto many = make_cluster({10, 5'000, 50, 10'000});
  const auto among_few = instructions_of_removal(few);
  const auto among_many = instructions_of_removal(many);
  INFO(among_few << " and " << among_many << " instructions");
  REQUIRE(among_few > 100);
  CHECK(among_many < among_few + among_few / 2);
}

TEST_CASE("the removal of a pod touches its own images and no other") {
  auto state = make_cluster({10, 500, 50, 2'000});
  const auto before = state.images;
  remove_one_pod(state, 7);
  std::size_t touched = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    touched += before[i] == state.images[i] ? 0u : 1u;
  CHECK(touched == 2);
}
