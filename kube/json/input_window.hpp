#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tallyman::kube {

/// The part of a byte stream that is not decoded yet, with readable padding behind it, and where in the
/// stream it stands.
class input_window {
public:
  /// Bytes behind the text that may be read: what simdjson and the block scanner ask for.
  static constexpr std::size_t padding = 64;

  void append(std::string_view bytes);

  /// Forgets the first `count` bytes, which have been decoded.
  void drop_front(std::size_t count);

  const char* text() const noexcept { return bytes_.data(); }

  /// While it lives, a space stands at `position` of the window: for a parser that looks at the byte behind
  /// its text.
  class end_mark {
  public:
    end_mark(input_window& window, std::size_t position)
        : place_(window.bytes_[position]), kept_(std::exchange(place_, ' ')) {}
    ~end_mark() { place_ = kept_; }
    end_mark(const end_mark&) = delete;
    end_mark& operator=(const end_mark&) = delete;

  private:
    char& place_;
    char kept_;
  };

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return bytes_.capacity(); }

  /// "byte N, line M" of the byte at `position`, counted from the start of the stream: bytes from 0, lines
  /// from 1. Positions that never fall cost no more than one pass over the stream, however many are asked
  /// for.
  std::string place_of(std::size_t position);

private:
  void count_lines_to(std::size_t position);

  std::string bytes_; ///< the text and its padding
  std::size_t size_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t lines_ = 0; ///< newlines in what was dropped and in the first `counted_` bytes
  std::size_t counted_ = 0;
};

} // namespace tallyman::kube
