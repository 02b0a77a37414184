#pragma once

#include "base/invariant.hpp"
#include "journal/format/record_kind.hpp"
#include "journal/format/run_splitter.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace tallyman::journal {

/// Memory of one batch as it will be on disk: room for the header, then records as they come.
/// Not thread-safe.
class batch_buffer {
public:
  explicit batch_buffer(std::size_t stored_bytes_max)
      : stored_bytes_max_(stored_bytes_max),
        bytes_(static_cast<std::byte*>(::operator new(stored_bytes_max, std::align_val_t(block_bytes)))) {}

  /// Makes it an empty batch whose first event will be `first_sequence`.
  void reset(std::uint64_t first_sequence) noexcept {
    first_sequence_ = first_sequence;
    payload_bytes_ = 0;
    event_count_ = 0;
    record_count_ = 0;
  }

  std::size_t room() const noexcept { return stored_bytes_max_ - batch_header_bytes - payload_bytes_; }

  /// Copies a piece behind what is there. It must fit.
  void add(const run_piece& piece) noexcept {
    invariant(piece.bytes() <= room() && "a batch was overfilled");
    if (record_count_ == 0)
      time_ms_ = piece.first_time_ms;
    std::byte* into = bytes_.get() + batch_header_bytes + payload_bytes_;
    if (piece.time_mark_ms) {
      put_time_mark(into, *piece.time_mark_ms);
      into += time_mark_bytes;
    }
    std::memcpy(into, piece.records.data(), piece.records.size());
    payload_bytes_ += piece.bytes();
    event_count_ += piece.event_count;
    record_count_ += piece.record_count;
  }

  std::byte* stored() noexcept { return bytes_.get(); }
  std::size_t payload_bytes() const noexcept { return payload_bytes_; }
  std::uint32_t event_count() const noexcept { return event_count_; }
  std::uint32_t record_count() const noexcept { return record_count_; }
  std::uint64_t first_sequence() const noexcept { return first_sequence_; }
  std::int64_t time_ms() const noexcept { return time_ms_; }

private:
  struct free_aligned {
    void operator()(std::byte* bytes) const noexcept {
      ::operator delete(bytes, std::align_val_t(block_bytes));
    }
  };

  std::size_t stored_bytes_max_;
  std::unique_ptr<std::byte, free_aligned> bytes_;
  std::size_t payload_bytes_ = 0;
  std::uint64_t first_sequence_ = 1;
  std::int64_t time_ms_ = 0;
  std::uint32_t event_count_ = 0;
  std::uint32_t record_count_ = 0;
};

} // namespace tallyman::journal
