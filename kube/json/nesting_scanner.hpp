#pragma once

#include <cstddef>
#include <cstdint>

namespace tallyman::kube {

/// Finds the bracket that closes a JSON object or array, in text that arrives in pieces.
///
/// It counts brackets outside of strings, 64 bytes at a time, and checks nothing else: whether the text is
/// JSON is for simdjson to say. simdjson's own document stream cannot take its place: it wants a whole
/// document, for example a list of 150,000 pods, in memory.
class nesting_scanner {
public:
  enum class state : std::uint8_t {
    open,     ///< the end has not come yet
    closed,   ///< `position` is just behind the closing bracket
    too_deep, ///< `position` is just behind the bracket that opens one level too many
  };

  struct outcome {
    std::size_t position = 0;
    state what = state::open;
  };

  /// Begins anew with `depth` brackets open: 0 if the opening one is still to come.
  void start(std::uint64_t depth) noexcept;

  /// Goes on from `position` to at most `end`; `block_size` bytes behind `end` must be readable.
  outcome run(const char* text, std::size_t position, std::size_t end, std::uint64_t depth_max);

private:
  std::uint64_t escaped_bytes(std::uint64_t backslashes, std::size_t count) noexcept;
  outcome step_through(std::uint64_t opens, std::uint64_t closes, std::uint64_t depth_max);

  std::uint64_t depth_ = 0;
  std::uint64_t in_string_ = 0; ///< all ones if the last block ended within a string
  std::uint64_t escaped_ = 0;   ///< 1 if the next block's first byte stands behind a lone backslash
};

} // namespace tallyman::kube
