#pragma once

#include "journal/format/batch_view.hpp"
#include "journal/format/format.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman::journal {

inline constexpr std::uint32_t batch_magic = 0x54414254; // "TBAT"

/// Decoded header of a batch; the layout is in FORMAT.md.
struct batch_header {
  std::uint32_t event_count = 0;
  std::uint64_t nonce = 0;
  std::uint64_t number = 0;
  std::uint64_t first_sequence = 0;
  std::int64_t time_ms = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t record_count = 0;
  std::uint64_t payload_checksum = 0; ///< over the payload and the padding behind it
  std::uint64_t offset = 0;           ///< of this header in its file
  std::uint64_t durable_sequence = 0;
  std::uint64_t chain = 0;

  std::uint64_t last_sequence() const noexcept { return first_sequence + event_count - 1; }

  /// Bytes on disk, padding included.
  std::uint64_t stored_bytes() const noexcept {
    return round_up_to_block(batch_header_bytes + payload_bytes);
  }

  batch_facts facts() const noexcept {
    return {number, first_sequence, event_count, record_count, time_ms, durable_sequence, chain};
  }
};

/// Completes a batch in place: `stored` is all of it, header and zero padding included, with the payload
/// already behind the header's place. Fills in both checksums and the chain, continuing `previous_chain`.
void seal_batch(std::byte* stored, batch_header& header, std::uint64_t previous_chain);

/// The header if its magic and its own checksum are right. `bytes` are batch_header_bytes long.
std::optional<batch_header> read_batch_header(const char* bytes);

/// Chain value that a batch with these header bytes must carry.
std::uint64_t chain_of(std::uint64_t previous_chain, const char* header_bytes);

/// Nonce field of what may or may not be a header.
std::uint64_t nonce_field(const char* header_bytes) noexcept;

/// Why the payload is not what the header says: lengths, counts, kinds. Empty if all is well. Checks each
/// length before it is used.
std::string_view payload_fault(const batch_header& header, std::string_view payload);

} // namespace tallyman::journal
