#pragma once

#include "base/result.hpp"
#include "journal/log.hpp"
#include "messages/fact.hpp"
#include "messages/wire/fact_codec.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace tallyman {

/// Type of the journal's only kind of definition record: a `StringDefined` (messages/wire/event.proto).
inline constexpr std::uint8_t string_definition_type = 1;

/// Turns batches of facts into runs of journal records, with the definitions of strings in front of their
/// first use. One per journal being written; not thread-safe.
class fact_writer {
public:
  /// Strings of `strings` with an id below `defined` are defined in the journal already.
  fact_writer(const string_table& strings, std::uint32_t defined) : strings_(&strings), defined_(defined) {}

  /// The records for `batch`, which must not be empty. Valid until the next call.
  const journal::record_run& encode(const fact_batch& batch);

  /// Every id below it has been encoded: what a snapshot may rely on.
  std::uint32_t defined() const noexcept { return defined_; }

private:
  void define_up_to(string_id highest, std::int64_t time_ms);

  const string_table* strings_;
  std::uint32_t defined_;
  fact_encoder encoder_;
  journal::record_run run_;
};

/// Takes a definition record into `strings`. Fails with `damaged` if it contradicts what is there, `too_new`
/// if it defines something else than a string.
result<void> take_definition(const journal::record& definition, string_table& strings);

/// Why the event of `sequence` could not be read.
error unreadable_event(std::uint64_t sequence, const error& reason);

/// Turns journal batches back into batches of facts. One per replay; not thread-safe.
class fact_reader {
public:
  /// `strings` takes in the definitions, and must outlive the reader.
  fact_reader(journal::replay_cursor cursor, string_table& strings)
      : cursor_(std::move(cursor)), strings_(&strings) {}

  /// Appends the facts of the next journal batch to `out`, as far as their sequence is not above
  /// `last_wanted`, and returns the sequence of the first; nothing at the end.
  result<std::optional<std::uint64_t>>
  next(fact_batch& out, std::uint64_t last_wanted = std::numeric_limits<std::uint64_t>::max());

private:
  journal::replay_cursor cursor_;
  string_table* strings_;
  fact_decoder decoder_;
};

} // namespace tallyman
