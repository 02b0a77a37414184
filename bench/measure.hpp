#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::bench {

/// A stretch of time: wall clock, and CPU of the whole process with all its threads.
struct duration {
  double wall_s = 0;
  double cpu_s = 0;

  duration& operator+=(const duration& more) {
    wall_s += more.wall_s;
    cpu_s += more.cpu_s;
    return *this;
  }
};

/// Runs from its construction on.
class stopwatch {
public:
  stopwatch();
  duration elapsed() const;

private:
  std::int64_t wall_ns_;
  std::int64_t cpu_ns_;
};

/// CLOCK_MONOTONIC in nanoseconds.
std::int64_t monotonic_ns();

/// Sleeps until `at_ns` of `monotonic_ns`.
void sleep_until_ns(std::int64_t at_ns);

/// Memory of this process that is in RAM, in bytes: now, and at its highest.
std::size_t resident_bytes();
std::size_t resident_bytes_max();

/// Gives freed memory back to the system, so that `resident_bytes` is what is in use.
void trim_memory();

/// Runs the process on the first `cores` of the cores that it may use. Threads made later inherit it.
void use_cores(unsigned cores);

/// Bytes of all regular files in `directory` and below.
std::uint64_t bytes_on_disk(const std::string& directory);

double median(std::vector<double> of);

/// Counts times in buckets that are at most 1/64 wide of their value, up to 2^40 ns (18 minutes), in memory
/// that never grows. `record` may be called from several threads; the rest once they are done.
class latency_histogram {
public:
  void record(std::int64_t ns) noexcept {
    counts_[bucket_of(ns < 0 ? 0 : static_cast<std::uint64_t>(ns))].fetch_add(1, std::memory_order_relaxed);
  }

  std::uint64_t count() const noexcept;
  /// The time, in ns, that the share `quantile` (in [0, 1]) of the recorded ones does not exceed; 0 without
  /// any.
  std::int64_t at(double quantile) const noexcept;
  std::int64_t largest() const noexcept { return at(1.0); }

private:
  static constexpr unsigned fine_bits = 6; ///< 64 buckets for each power of two
  static constexpr std::uint64_t ns_max = (std::uint64_t{1} << 40) - 1;
  static constexpr std::size_t buckets = (40 - fine_bits + 1) << fine_bits;

  static std::size_t bucket_of(std::uint64_t ns) noexcept {
    ns = ns > ns_max ? ns_max : ns;
    const auto width = static_cast<unsigned>(std::bit_width(ns));
    if (width <= fine_bits + 1)
      return static_cast<std::size_t>(ns);
    const auto shift = width - fine_bits - 1;
    return (static_cast<std::size_t>(shift) << fine_bits) + static_cast<std::size_t>(ns >> shift);
  }
  static std::int64_t highest_of(std::size_t bucket) noexcept;

  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
};

} // namespace tallyman::bench
