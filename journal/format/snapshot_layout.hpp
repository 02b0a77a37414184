#pragma once

#include "base/result.hpp"
#include "journal/format/format.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman::journal {

inline constexpr std::size_t snapshot_header_bytes = 64;
inline constexpr std::size_t snapshot_block_header_bytes = 24;
inline constexpr std::size_t snapshot_footer_bytes = 64;

/// Start of a snapshot file; the layout is in FORMAT.md.
struct snapshot_header {
  journal_id id;
  std::uint64_t sequence = 0;
};

/// What stands in front of a block's bytes.
struct snapshot_block_header {
  std::uint16_t type = 0;
  std::uint32_t size = 0;
  std::uint32_t index = 0; ///< of the block, from 0; wraps around
  std::uint64_t checksum = 0;
};

/// End of a snapshot file.
struct snapshot_footer {
  std::uint64_t block_count = 0;
  std::uint64_t sequence = 0;
  std::uint64_t chain = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t whole_checksum = 0; ///< over everything in front of the footer
};

std::string encode_snapshot_header(const snapshot_header& header);
std::string encode_snapshot_footer(const snapshot_footer& footer);

/// Fills in the checksum over the header's other fields and `bytes`.
std::string encode_block_header(const snapshot_block_header& header, std::string_view bytes);

/// Fails with damaged or too_new; `path` is for the message.
result<snapshot_header> decode_snapshot_header(std::string_view bytes, std::string_view path);

/// Fails with the bare reason in `what`; the caller adds path and offset.
result<snapshot_footer> decode_snapshot_footer(std::string_view bytes);

/// Fields only; block_matches() is the check.
snapshot_block_header decode_block_header(std::string_view bytes);

/// Whether `bytes` and the encoded header in front of them match the checksum in it.
bool block_matches(std::string_view encoded_header, std::string_view bytes);

} // namespace tallyman::journal
