#pragma once

#include "base/result.hpp"
#include "journal/format/batch.hpp"
#include "journal/format/byte_buffer.hpp"
#include "journal/format/segment.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tallyman::journal {

/// Where the next batch belongs, and what it must continue.
struct log_position {
  std::uint64_t offset = block_bytes; ///< in its segment
  std::uint64_t next_batch = 1;
  std::uint64_t next_sequence = 1;
  std::uint64_t chain = 0;
  std::int64_t time_ms = 0;

  std::uint64_t last_sequence() const noexcept { return next_sequence - 1; }
};

/// The place in front of a segment's first batch.
log_position start_of(const segment_header& header);

/// What stands at one place of a segment.
struct scan_step {
  enum class kind : std::uint8_t {
    batch,  ///< sound, and the continuation of what came before
    end,    ///< zeros where a header would be, or the end of the file
    torn,   ///< no header, or a header whose payload does not match: may be a write cut short
    broken, ///< a sound header or payload that does not belong here: cannot be a write cut short
  };

  kind found = kind::end;
  std::uint64_t offset = 0;
  batch_header header; ///< of a batch, and of a torn one if `header_sound`
  bool header_sound = false;
  std::string_view payload; ///< of a batch; valid until the next call
  std::string_view reason;  ///< of torn and broken
};

/// Reads one segment forward in large pieces and checks each batch against its position. Not thread-safe.
class segment_reader {
public:
  /// With `headers_only` payloads are neither read nor checked.
  static result<segment_reader> open(storage& disk, const segment_entry& segment, bool headers_only = false);

  /// The next step. Moves on only over sound batches, so that torn, broken and end repeat. Fails with io.
  result<scan_step> next();

  /// Behind the last sound batch.
  const log_position& position() const noexcept { return position_; }

  const segment_header& header() const noexcept { return header_; }
  file& segment_file() noexcept { return *file_; }

  /// Forgets what was read ahead, so that the next step sees the file as it is now.
  void reload() noexcept { loaded_ = 0; }

private:
  segment_reader(std::unique_ptr<file> opened, const segment_header& header, bool headers_only);

  result<void> load(std::size_t size);
  scan_step check_header(const char* bytes) const;
  void check_payload(scan_step& step) const;
  void advance(const batch_header& header);

  std::unique_ptr<file> file_;
  segment_header header_;
  log_position position_;
  std::unique_ptr<char[]> buffer_;
  std::size_t buffer_bytes_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t loaded_ = 0;
  bool headers_only_;
};

} // namespace tallyman::journal
