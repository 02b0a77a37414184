#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tallyman::bench {

/// SplitMix64's step: a well mixed 64-bit number from any other.
inline std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// Numbers that are the same for the same seed with every compiler and library.
class random_numbers {
public:
  explicit random_numbers(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15;
    return mix(state_);
  }

  /// In [0, end); `end` must not be 0.
  std::uint32_t below(std::uint32_t end) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * end) >> 32);
  }

  bool one_in(std::uint32_t n) noexcept { return below(n) == 0; }

  /// In [0, 1).
  double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

private:
  std::uint64_t state_;
};

/// Zipf's law: rank k of `count` has a share in proportion to 1 / (k + 1)^exponent.
class zipf_law {
public:
  zipf_law(std::uint32_t count, double exponent) : cumulative_(count) {
    double sum = 0;
    for (std::uint32_t rank = 0; rank < count; ++rank)
      cumulative_[rank] = sum += std::pow(rank + 1.0, -exponent);
    for (auto& each : cumulative_)
      each /= sum;
  }

  std::uint32_t draw(random_numbers& random) const {
    const auto place = std::upper_bound(cumulative_.begin(), cumulative_.end(), random.fraction());
    return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(
        place - cumulative_.begin(), static_cast<std::ptrdiff_t>(cumulative_.size()) - 1));
  }

  /// The share of the ranks below `rank`.
  double share_below(std::uint32_t rank) const { return rank == 0 ? 0.0 : cumulative_[rank - 1]; }

private:
  std::vector<double> cumulative_;
};

} // namespace tallyman::bench
