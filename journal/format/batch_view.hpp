#pragma once

#include "journal/record.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace tallyman::journal {

/// What the header of a batch says about the records behind it.
struct batch_facts {
  std::uint64_t number = 0;         ///< 1, 2, 3, ... over all segments; empty batches count
  std::uint64_t first_sequence = 0; ///< of its first event; of the next one to come if it holds none
  std::uint32_t event_count = 0;
  std::uint32_t record_count = 0; ///< events and definitions
  std::int64_t time_ms = 0;       ///< of its first record; the last known time if it holds none
  std::uint64_t durable_sequence = 0;
  std::uint64_t chain = 0; ///< checksum over everything up to and including this batch's header
};

/// One verified batch, read without copying: a range of records.
///
/// The payload passed its checksum and a walk over all record prefixes before the view was made, so
/// iterating has nothing left to check. The bytes belong to the replay_cursor that made the view and stay
/// valid until its next call.
class batch_view {
public:
  class iterator;

  batch_view(const batch_facts& facts, std::string_view payload) : facts_(facts), payload_(payload) {}

  /// The batch's number in the whole log.
  std::uint64_t number() const noexcept { return facts_.number; }

  /// Sequence of the first event in this view.
  std::uint64_t first_sequence() const noexcept { return facts_.first_sequence; }

  /// Sequence of the last event in this view; first_sequence() - 1 if there is none.
  std::uint64_t last_sequence() const noexcept { return facts_.first_sequence + facts_.event_count - 1; }

  std::uint32_t event_count() const noexcept { return facts_.event_count; }

  /// Events and definitions.
  std::uint32_t record_count() const noexcept { return facts_.record_count; }

  /// Time of the first record in the stored batch, Unix milliseconds.
  std::int64_t time_ms() const noexcept { return facts_.time_ms; }

  const batch_facts& facts() const noexcept { return facts_; }

  /// The records as stored, and the same view over a copy of these bytes, which the caller owns.
  std::string_view encoded() const noexcept { return payload_; }
  batch_view over(const char* copy) const noexcept {
    auto moved = *this;
    moved.payload_ = {copy, payload_.size()};
    return moved;
  }

  iterator begin() const noexcept;
  iterator end() const noexcept;

  /// Leaves out every event before `sequence`, and the definitions that came before the last event left
  /// out (a snapshot at `sequence - 1` holds them already).
  void skip_to(std::uint64_t sequence);

private:
  batch_facts facts_;
  std::string_view payload_;
  std::int64_t time_base_ms_ = 0;
};

/// Input iterator over the records of a batch; yields them by value.
class batch_view::iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = record;
  using difference_type = std::ptrdiff_t;
  using pointer = const record*;
  using reference = const record&;

  iterator() = default;
  iterator(std::string_view rest, std::uint64_t sequence, std::int64_t time_base_ms)
      : rest_(rest), time_base_ms_(time_base_ms) {
    current_.sequence = sequence;
    load();
  }

  reference operator*() const noexcept { return current_; }
  pointer operator->() const noexcept { return &current_; }
  iterator& operator++() {
    current_.sequence += current_.definition ? 0 : 1;
    load();
    return *this;
  }
  void operator++(int) { ++*this; }

  bool operator==(const iterator& other) const noexcept { return position() == other.position(); }

  /// The encoded records behind the current one.
  std::string_view rest() const noexcept { return rest_; }

  std::int64_t time_base_ms() const noexcept { return time_base_ms_; }

private:
  const char* position() const noexcept { return at_end_ ? nullptr : current_.payload.data(); }
  void load();

  std::string_view rest_;
  record current_;
  std::int64_t time_base_ms_ = 0;
  bool at_end_ = true;
};

inline batch_view::iterator batch_view::begin() const noexcept {
  return {payload_, facts_.first_sequence, time_base_ms_};
}

inline batch_view::iterator batch_view::end() const noexcept {
  return {};
}

} // namespace tallyman::journal
