#pragma once

#include "base/result.hpp"
#include "messages/fact.hpp"
#include "messages/wire/record_type.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tallyman {

/// Turns facts into the payloads of journal records (event.proto), in two steps so that the payload can be
/// written where it belongs: `prepare` says how many bytes, `write` fills them in.
///
/// Threads: one encoder per thread. Memory: keeps the messages and their largest texts; once those have
/// grown, it does not allocate. The record's time is not part of the payload.
class fact_encoder {
public:
  fact_encoder();
  ~fact_encoder();
  fact_encoder(fact_encoder&&) noexcept;
  fact_encoder& operator=(fact_encoder&&) noexcept;

  /// The type of the record that holds `item`.
  static record_type type_of(const fact& item);

  /// Takes in `item`, a fact of `batch`, and returns the bytes of its payload, which may be 0. Neither of
  /// the two is needed any longer after it. Aborts on a pod with more than `containers_per_pod_max`.
  std::size_t prepare(const fact_batch& batch, const fact& item);

  /// Writes the payload of the last `prepare`, once or more often. Aborts unless `target` has exactly the
  /// size that `prepare` returned.
  void write(std::span<std::byte> target) const;

private:
  struct messages;
  std::unique_ptr<messages> messages_;
};

/// Turns the payloads of journal records back into facts, and believes nothing that it reads.
///
/// Threads: one decoder per thread. Memory: as for the encoder; besides, only the pools of `out` grow. What
/// a damaged payload can make it allocate is bounded by a small multiple of the payload.
class fact_decoder {
public:
  fact_decoder();
  ~fact_decoder();
  fact_decoder(fact_decoder&&) noexcept;
  fact_decoder& operator=(fact_decoder&&) noexcept;

  /// Appends the fact in `payload` to `out`; on failure, `out` holds what it held before. `type` is the
  /// record's type byte, `time_ms` its time, and `strings` must hold every string defined before the record.
  ///
  /// Errors: `too_new` for a type that this release does not know; `damaged` for a payload that does not
  /// parse, a string or uid that `strings` does not have, an enum out of its range, too many containers.
  /// They name the kind of event and the field; the caller, who knows them, adds file, offset and sequence.
  result<void> decode(std::uint8_t type, std::int64_t time_ms, std::span<const std::byte> payload,
                      const string_table& strings, fact_batch& out);

private:
  struct messages;
  std::unique_ptr<messages> messages_;
};

} // namespace tallyman
