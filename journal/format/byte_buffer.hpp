#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace tallyman::journal {

/// A growing run of bytes that, unlike std::vector, does not zero what is about to be overwritten.
/// Pointers into it are invalidated by extend(). Not thread-safe.
class byte_buffer {
public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::byte* data() const noexcept { return bytes_.get(); }
  std::byte* data() noexcept { return bytes_.get(); }

  /// Forgets the content and keeps the memory.
  void clear() noexcept { size_ = 0; }

  /// Adds `count` bytes of unspecified content and returns where they start.
  std::byte* extend(std::size_t count) {
    if (capacity_ - size_ < count)
      grow(size_ + count);
    std::byte* into = bytes_.get() + size_;
    size_ += count;
    return into;
  }

private:
  void grow(std::size_t needed) {
    const std::size_t capacity = std::max({needed, capacity_ * 2, std::size_t{1024}});
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ != 0)
      std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace tallyman::journal
