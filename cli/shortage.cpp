#include "cli/shortage.hpp"

#include "cli/exit_code.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <thread>

namespace tallyman::cli {

namespace {

using thread_creation = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

constexpr auto thread_retry_pause = std::chrono::milliseconds{50};
constexpr int thread_tries = 20;

iovec part(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

void end_for_want_of_memory() {
  end_for_want_of("more memory", ENOMEM);
}

} // namespace

void end_on_shortage() noexcept {
  std::set_new_handler(end_for_want_of_memory);
}

void end_for_want_of(std::string_view what, int number) noexcept {
  static std::atomic_flag told;
  while (told.test_and_set())
    ::pause();
  const char* const reason = ::strerrordesc_np(number);
  const std::array line{part("tallyman: the system refuses "), part(what), part(": "),
                        part(reason != nullptr ? reason : "unknown error"),
                        part("; raise the limit (ulimit -a, the container's limits on pids and memory) and "
                             "start again, nothing acknowledged is lost\n")};
  static_cast<void>(!::writev(STDERR_FILENO, line.data(), static_cast<int>(line.size())));
  ::_exit(static_cast<int>(exit_code::io));
}

result<void> allow_descriptors(std::uint64_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count)
    return {};
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  if (limit.rlim_max < count || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return error{error_kind::io, fmt::format("this may take {} descriptors, and the process may have {}; "
                                             "raise the limit (ulimit -n) and start again",
                                             count, limit.rlim_max)};
  return {};
}

} // namespace tallyman::cli

/// The pthread_create of the whole process: the dynamic linker prefers the program's to the C library's, so
/// the standard library, CAF and curl call this one. It tries again for a second, since a limit on the
/// processes of a user or a container may be reached for a moment only, and then ends the process.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                              void* argument) noexcept {
  using namespace tallyman::cli;
  static const auto create = reinterpret_cast<thread_creation>(::dlsym(RTLD_NEXT, "pthread_create"));
  for (int left = thread_tries;; --left) {
    const int number = create(thread, attributes, routine, argument);
    if (number != EAGAIN && number != ENOMEM)
      return number;
    if (left == 0)
      end_for_want_of("another thread", number);
    std::this_thread::sleep_for(thread_retry_pause);
  }
}
