#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tallyman {

/// `text` with everything that could steer a terminal made visible: control characters (C0, DEL, C1), marks
/// that turn the direction of writing, and bytes that are not UTF-8. A newline becomes `\n`, a tab `\t`,
/// everything else `\xNN` byte by byte. The result is one line.
std::string printable(std::string_view text);

/// Columns that `printable` text takes: one for each code point.
std::size_t width(std::string_view text) noexcept;

/// The longest start of `text` that has at most `bytes_max` bytes and does not cut a code point.
std::string_view cut(std::string_view text, std::size_t bytes_max) noexcept;

} // namespace tallyman
