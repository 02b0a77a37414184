#include "bench/measure.hpp"

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace tallyman::bench {

namespace {

std::int64_t now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

} // namespace

stopwatch::stopwatch() : wall_ns_(now_ns(CLOCK_MONOTONIC)), cpu_ns_(now_ns(CLOCK_PROCESS_CPUTIME_ID)) {}

duration stopwatch::elapsed() const {
  return {static_cast<double>(now_ns(CLOCK_MONOTONIC) - wall_ns_) * 1e-9,
          static_cast<double>(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns_) * 1e-9};
}

std::int64_t monotonic_ns() {
  return now_ns(CLOCK_MONOTONIC);
}

void sleep_until_ns(std::int64_t at_ns) {
  const timespec at{at_ns / 1'000'000'000, at_ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) != 0) {
  }
}

std::size_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t resident_bytes_max() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

void trim_memory() {
  malloc_trim(0);
}

void use_cores(unsigned cores) {
  cpu_set_t allowed, wanted;
  CPU_ZERO(&allowed);
  CPU_ZERO(&wanted);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return;
  for (std::size_t core = 0; core < CPU_SETSIZE && cores > 0; ++core)
    if (CPU_ISSET(core, &allowed)) {
      CPU_SET(core, &wanted);
      --cores;
    }
  sched_setaffinity(0, sizeof(wanted), &wanted);
}

std::uint64_t bytes_on_disk(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{directory, ignored})
    if (entry.is_regular_file(ignored))
      bytes += entry.file_size(ignored);
  return bytes;
}

double median(std::vector<double> of) {
  if (of.empty())
    return 0;
  std::sort(of.begin(), of.end());
  const auto middle = of.size() / 2;
  return of.size() % 2 == 1 ? of[middle] : (of[middle - 1] + of[middle]) / 2;
}

// -- latency_histogram ---------------------------------------------------------------------------

std::uint64_t latency_histogram::count() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& each : counts_)
    sum += each.load(std::memory_order_relaxed);
  return sum;
}

std::int64_t latency_histogram::highest_of(std::size_t bucket) noexcept {
  if (bucket < (std::size_t{2} << fine_bits))
    return static_cast<std::int64_t>(bucket);
  const auto shift = (bucket >> fine_bits) - 1;
  const auto mantissa = bucket - (shift << fine_bits);
  return static_cast<std::int64_t>(((mantissa + 1) << shift) - 1);
}

std::int64_t latency_histogram::at(double quantile) const noexcept {
  const auto wanted = static_cast<double>(count()) * quantile;
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    const auto here = counts_[bucket].load(std::memory_order_relaxed);
    below += here;
    if (here > 0 && static_cast<double>(below) >= wanted)
      return highest_of(bucket);
  }
  return 0;
}

} // namespace tallyman::bench
