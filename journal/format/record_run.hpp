#pragma once

#include "journal/format/byte_buffer.hpp"
#include "journal/record.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tallyman::journal {

/// Records on their way into the log, already in the form in which they are stored.
///
/// A caller fills a run on its own thread, without locks, hands it to log::append (which copies it in one
/// go) and reuses it after clear(). Events get consecutive sequences in the order in which they were
/// added. Definitions stay in front of the event they were added before; a run must not end with one.
///
/// Preconditions (asserted): type <= record_type_max, payload size <= record_bytes_max. Not thread-safe.
class record_run {
public:
  /// Adds an event. `time_ms` is Unix time in milliseconds; neighbours need not be in order of time.
  void add_event(std::uint8_t type, std::int64_t time_ms, std::string_view payload);

  /// Adds an event and returns where its payload of `size` bytes is to be encoded. The span is valid
  /// until the next change of the run.
  std::span<std::byte> reserve_event(std::uint8_t type, std::int64_t time_ms, std::size_t size);

  /// Adds a definition: no sequence of its own, read back in front of the event that is added next.
  void add_definition(std::uint8_t type, std::int64_t time_ms, std::string_view payload);

  /// As reserve_event, for a definition.
  std::span<std::byte> reserve_definition(std::uint8_t type, std::int64_t time_ms, std::size_t size);

  /// Number of events; definitions do not count.
  std::uint32_t event_count() const noexcept { return event_count_; }

  /// Number of events and definitions.
  std::uint32_t record_count() const noexcept { return record_count_; }

  /// Stored size, prefixes included.
  std::size_t bytes() const noexcept { return buffer_.size(); }

  bool empty() const noexcept { return record_count_ == 0; }

  /// Whether the last record is a definition, which log::append refuses.
  bool ends_with_definition() const noexcept { return ends_with_definition_; }

  /// Time of the first record; 0 for an empty run.
  std::int64_t first_time_ms() const noexcept { return first_time_ms_; }

  /// Largest payload in the run.
  std::size_t largest_payload() const noexcept { return largest_payload_; }

  /// Most bytes of definitions in front of one event; log::append refuses more than a segment can take.
  std::size_t longest_definitions() const noexcept { return longest_definitions_; }

  /// The records as stored. Starts with a time mark, so it can be placed behind any other run.
  std::string_view encoded() const noexcept;

  /// Forgets the records and keeps the memory.
  void clear() noexcept;

private:
  std::byte* reserve(std::uint8_t kind, std::int64_t time_ms, std::size_t size);
  void mark_time(std::int64_t time_ms);

  byte_buffer buffer_;
  std::int64_t time_base_ms_ = 0;
  std::int64_t first_time_ms_ = 0;
  std::size_t largest_payload_ = 0;
  std::size_t definitions_start_ = 0; ///< where the definitions in front of the next event begin
  std::size_t longest_definitions_ = 0;
  std::uint32_t event_count_ = 0;
  std::uint32_t record_count_ = 0;
  bool ends_with_definition_ = false;
};

} // namespace tallyman::journal
