#pragma once

#include "journal/record.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tallyman::journal {

/// Newest version of the bytes described in FORMAT.md. A higher one on disk is refused.
inline constexpr std::uint32_t format_version = 3;

// What files are marked with: the first version whose reader understands them.
inline constexpr std::uint32_t format_version_plain = 1;
/// It does not begin with event 1, or, of a segment, not with the first block behind its header.
inline constexpr std::uint32_t format_version_cut = 2;
/// What its records mean has a version of its own; only the superblock says so.
inline constexpr std::uint32_t format_version_content = 3;

/// Random id of a journal, so that files of two journals are never mixed.
struct journal_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool operator==(const journal_id&) const = default;

  /// 32 lower-case hexadecimal digits.
  std::string text() const;
};

/// Writes integers as little-endian into fixed storage at ascending offsets.
class field_writer {
public:
  explicit field_writer(std::byte* into) : into_(into) {}

  template <class T>
  void put(T value) noexcept {
    static_assert(std::endian::native == std::endian::little, "FORMAT.md is little-endian");
    std::memcpy(into_, &value, sizeof value);
    into_ += sizeof value;
  }

private:
  std::byte* into_;
};

/// Reads what field_writer wrote.
class field_reader {
public:
  explicit field_reader(const char* from) : from_(from) {}

  template <class T>
  T get() noexcept {
    static_assert(std::endian::native == std::endian::little, "FORMAT.md is little-endian");
    T value;
    std::memcpy(&value, from_, sizeof value);
    from_ += sizeof value;
    return value;
  }

private:
  const char* from_;
};

/// View of raw bytes as characters, which is what the storage and the checksums take.
inline std::string_view as_text(const std::byte* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Where the checksum of a superblock slot or a segment's header is: at the end of its block.
constexpr std::size_t checksum_offset = block_bytes - sizeof(std::uint64_t);

/// `bytes` rounded up to whole blocks.
constexpr std::uint64_t round_up_to_block(std::uint64_t bytes) noexcept {
  return (bytes + block_bytes - 1) / block_bytes * block_bytes;
}

/// Whether every byte is zero. Runs at memory speed.
bool all_zero(std::string_view bytes) noexcept;

/// "00000000000000000042" + suffix: the names of segments and snapshots.
std::string sequence_name(std::uint64_t sequence, std::string_view suffix);

/// The sequence in such a name; 0 if it is not one.
std::uint64_t sequence_of_name(std::string_view name, std::string_view suffix) noexcept;

} // namespace tallyman::journal
