#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace tallyman {

/// A string of at most 4 GB in 8 bytes, for records that lie side by side by the hundred thousand; a
/// std::string takes 32. Changes as a whole only.
class packed_text {
public:
  packed_text() = default;
  explicit packed_text(std::string_view text) { assign(text); }
  packed_text(const packed_text& other) { assign(other); }
  packed_text(packed_text&&) noexcept = default;
  packed_text& operator=(std::string_view text) {
    assign(text);
    return *this;
  }
  packed_text& operator=(const packed_text& other) {
    if (this != &other)
      assign(other);
    return *this;
  }
  packed_text& operator=(packed_text&&) noexcept = default;
  ~packed_text() = default;

  /// Valid until the next assignment.
  operator std::string_view() const noexcept {
    if (bytes_ == nullptr)
      return {};
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_.get(), sizeof size);
    return {bytes_.get() + sizeof size, size};
  }

  friend bool operator==(const packed_text& a, const packed_text& b) noexcept {
    return std::string_view{a} == std::string_view{b};
  }

private:
  void assign(std::string_view text) {
    if (text.empty()) {
      bytes_.reset();
      return;
    }
    const auto size = static_cast<std::uint32_t>(text.size());
    bytes_.reset(new char[sizeof size + text.size()]);
    std::memcpy(bytes_.get(), &size, sizeof size);
    std::memcpy(bytes_.get() + sizeof size, text.data(), text.size());
  }

  std::unique_ptr<char[]> bytes_; ///< its size, then its characters; null: empty
};

} // namespace tallyman
