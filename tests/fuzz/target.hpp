#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What libFuzzer calls, and replay.cpp for the inputs that are kept in corpus/.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tallyman::testing {

/// Ends the run, as a crash would, with one line that says which promise was broken.
inline void must(bool held, std::string_view promise) {
  if (held)
    return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

/// Takes an input apart from its front. Past its end there are only zeros.
class recipe {
public:
  recipe(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes && !rest_.empty(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(rest_.front())} << 8 * i;
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// At most `count` bytes, fewer at the end.
  std::string_view bytes(std::size_t count) {
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

} // namespace tallyman::testing
