// A pthread_create that fails as it does when a limit on processes is reached: from call FAILING_THREADS_FROM
// to call FAILING_THREADS_TO (1: the first). For LD_PRELOAD.

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

using thread_creation = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

long number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::atol(text);
}

std::atomic<long> calls{0};

} // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                              void* argument) noexcept {
  static const auto create = reinterpret_cast<thread_creation>(::dlsym(RTLD_NEXT, "pthread_create"));
  const long call = ++calls;
  if (call >= number_of("FAILING_THREADS_FROM") && call <= number_of("FAILING_THREADS_TO"))
    return EAGAIN;
  return create(thread, attributes, routine, argument);
}
