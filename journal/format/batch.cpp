#include "journal/format/batch.hpp"

#include "base/invariant.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/record_kind.hpp"

#include <cstring>

namespace tallyman::journal {

namespace {

constexpr std::size_t chained_bytes = 72;            // header bytes in front of the chain field
constexpr std::size_t header_checksummed_bytes = 88; // header bytes in front of its checksum

std::byte* put_chained_fields(std::byte* into, const batch_header& header) {
  field_writer fields(into);
  fields.put(batch_magic);
  fields.put(header.event_count);
  fields.put(header.nonce);
  fields.put(header.number);
  fields.put(header.first_sequence);
  fields.put(header.time_ms);
  fields.put(header.payload_bytes);
  fields.put(header.record_count);
  fields.put(header.payload_checksum);
  fields.put(header.offset);
  fields.put(header.durable_sequence);
  return into + chained_bytes;
}

} // namespace

void seal_batch(std::byte* stored, batch_header& header, std::uint64_t previous_chain) {
  const std::size_t stored_bytes = header.stored_bytes();
  invariant(stored_bytes <= batch_bytes_limit && "batch larger than the format allows");
  invariant(header.offset % block_bytes == 0 && "batch off its block boundary");
  header.payload_checksum = checksum(as_text(stored + batch_header_bytes, stored_bytes - batch_header_bytes));
  std::byte* behind_chained = put_chained_fields(stored, header);
  header.chain = chain_of(previous_chain, as_text(stored, chained_bytes).data());
  field_writer fields(behind_chained);
  fields.put(header.chain);
  fields.put(std::uint64_t{0});
  fields.put(checksum(as_text(stored, header_checksummed_bytes)));
}

std::optional<batch_header> read_batch_header(const char* bytes) {
  field_reader fields(bytes);
  if (fields.get<std::uint32_t>() != batch_magic)
    return std::nullopt;
  if (checksum({bytes, header_checksummed_bytes}) !=
      field_reader(bytes + header_checksummed_bytes).get<std::uint64_t>())
    return std::nullopt;
  batch_header header;
  header.event_count = fields.get<std::uint32_t>();
  header.nonce = fields.get<std::uint64_t>();
  header.number = fields.get<std::uint64_t>();
  header.first_sequence = fields.get<std::uint64_t>();
  header.time_ms = fields.get<std::int64_t>();
  header.payload_bytes = fields.get<std::uint32_t>();
  header.record_count = fields.get<std::uint32_t>();
  header.payload_checksum = fields.get<std::uint64_t>();
  header.offset = fields.get<std::uint64_t>();
  header.durable_sequence = fields.get<std::uint64_t>();
  header.chain = fields.get<std::uint64_t>();
  return header;
}

std::uint64_t chain_of(std::uint64_t previous_chain, const char* header_bytes) {
  char input[sizeof previous_chain + chained_bytes];
  std::memcpy(input, &previous_chain, sizeof previous_chain);
  std::memcpy(input + sizeof previous_chain, header_bytes, chained_bytes);
  return checksum({input, sizeof input});
}

std::uint64_t nonce_field(const char* header_bytes) noexcept {
  return field_reader(header_bytes + 8).get<std::uint64_t>();
}

std::string_view payload_fault(const batch_header& header, std::string_view payload) {
  std::uint32_t events = 0;
  std::uint32_t records = 0;
  bool time_known = false;
  while (!payload.empty()) {
    if (payload.size() < record_prefix_bytes)
      return "a record prefix reaches past the end of its batch";
    const record_prefix prefix = get_prefix(payload.data());
    if (prefix.size > payload.size() - record_prefix_bytes)
      return "a record reaches past the end of its batch";
    payload.remove_prefix(record_prefix_bytes + prefix.size);
    if (prefix.kind == time_mark_kind) {
      if (prefix.size != sizeof(std::int64_t))
        return "a time mark has the wrong length";
      time_known = true;
      continue;
    }
    if (!time_known)
      return "a record stands in front of the first time mark";
    ++records;
    events += (prefix.kind & definition_bit) == 0 ? 1 : 0;
  }
  if (events != header.event_count || records != header.record_count)
    return "the number of records is not what the batch header says";
  return {};
}

} // namespace tallyman::journal
