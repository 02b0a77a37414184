#pragma once

#include <cstddef>
#include <cstdint>

namespace tallyman::testing {

/// SplitMix64: the same numbers on every machine and with every library, so that a seed means one stream.
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15ull;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
    return mixed ^ (mixed >> 31);
  }

  /// A number in [0, end); `end` > 0.
  std::uint64_t below(std::uint64_t end) noexcept { return next() % end; }
  bool percent(unsigned chance) noexcept { return below(100) < chance; }

  /// An element of a container that is not empty.
  template <class Container>
  auto& pick(Container& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

private:
  std::uint64_t state_;
};

} // namespace tallyman::testing
