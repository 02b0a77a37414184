#include "cli/stop_signal.hpp"

#include "base/invariant.hpp"
#include "cli/shortage.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

namespace tallyman::cli {

namespace {

constexpr std::array stopping{SIGINT, SIGTERM};

// Signal handlers reach nothing but globals. The pipe wakes the reader whichever thread the signal hits.
std::atomic<int> received_signal{0};
std::array<int, 2> wake_pipe{-1, -1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not take a lock");

void note(int signal) {
  const auto saved = errno;
  received_signal.store(signal);
  static_cast<void>(!::write(wake_pipe[1], "", 1));
  errno = saved;
}

} // namespace

struct stop_signal::previous {
  std::array<struct sigaction, stopping.size()> actions{};
};

stop_signal::stop_signal() : previous_(std::make_unique<previous>()) {
  invariant(wake_pipe[0] < 0 && "there is one stop_signal at a time");
  received_signal.store(0);
  if (::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    end_for_want_of("a pipe", errno);
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (std::size_t i = 0; i < stopping.size(); ++i)
    ::sigaction(stopping[i], &action, &previous_->actions[i]);
}

stop_signal::~stop_signal() {
  for (std::size_t i = 0; i < stopping.size(); ++i)
    ::sigaction(stopping[i], &previous_->actions[i], nullptr);
  for (auto& end : wake_pipe)
    ::close(std::exchange(end, -1));
}

int stop_signal::received() const noexcept {
  return received_signal.load();
}

bool stop_signal::wait_readable(int descriptor) const {
  std::array<pollfd, 2> watched{{{descriptor, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}}};
  while (received() == 0) {
    const auto ready = ::poll(watched.data(), watched.size(), -1);
    // An odd state of the descriptor counts as readable, too: read() then says what is wrong.
    if (ready < 0 && errno != EINTR)
      return true;
    if (ready > 0 && watched[0].revents != 0)
      return received() == 0;
  }
  return false;
}

} // namespace tallyman::cli
