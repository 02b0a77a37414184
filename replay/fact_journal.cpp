#include "replay/fact_journal.hpp"

#include "base/invariant.hpp"
#include "messages/wire/event.pb.h"

#include <span>

namespace tallyman {

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

} // namespace

error unreadable_event(std::uint64_t sequence, const error& reason) {
  return {reason.kind, "the journal's event " + std::to_string(sequence) + " cannot be read: " + reason.what +
                           "; nothing was changed, run `tallyman journal verify` on it"};
}

const journal::record_run& fact_writer::encode(const fact_batch& batch) {
  invariant(!batch.facts.empty());
  run_.clear();
  for (const auto& each : batch.facts) {
    if (const auto highest = highest_string(batch, each); static_cast<std::uint32_t>(highest) >= defined_)
      define_up_to(highest, each.time_ms);
    const auto size = encoder_.prepare(batch, each);
    encoder_.write(
        run_.reserve_event(static_cast<std::uint8_t>(fact_encoder::type_of(each)), each.time_ms, size));
  }
  return run_;
}

// All ids up to the highest, not only those that the fact uses: so ids in the journal have no holes, and one
// comparison says whether anything is to be defined.
void fact_writer::define_up_to(string_id highest, std::int64_t time_ms) {
  pb::StringDefined definition;
  for (; defined_ <= static_cast<std::uint32_t>(highest); ++defined_) {
    definition.set_id(defined_);
    const auto text = strings_->text(string_id{defined_});
    definition.set_text(text.data(), text.size());
    const auto size = definition.ByteSizeLong();
    const auto into = run_.reserve_definition(string_definition_type, time_ms, size);
    definition.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(into.data()));
  }
}

result<void> take_definition(const journal::record& definition, string_table& strings) {
  pb::StringDefined message;
  if (definition.type != string_definition_type)
    return unreadable_event(
        definition.sequence,
        {error_kind::too_new, "it defines something of unknown type " + std::to_string(definition.type)});
  if (!message.ParseFromArray(definition.payload.data(), static_cast<int>(definition.payload.size())))
    return unreadable_event(definition.sequence, {error_kind::damaged, "a string definition does not parse"});
  const string_id id{message.id()};
  const bool known = strings.contains(id);
  if (known ? strings.text(id) != message.text() : !strings.define(id, message.text()))
    return unreadable_event(
        definition.sequence,
        {error_kind::damaged, "string " + std::to_string(message.id()) + " is defined out of turn"});
  return {};
}

result<std::optional<std::uint64_t>> fact_reader::next(fact_batch& out, std::uint64_t last_wanted) {
  auto batch = cursor_.next();
  if (!batch)
    return batch.failure();
  if (!*batch || (*batch)->first_sequence() > last_wanted)
    return std::optional<std::uint64_t>{};
  for (const auto& record : **batch) {
    if (record.sequence > last_wanted)
      break;
    auto taken = record.definition
                     ? take_definition(record, *strings_)
                     : decoder_.decode(record.type, record.time_ms, bytes_of(record.payload), *strings_, out);
    if (!taken)
      return record.definition ? taken.failure() : unreadable_event(record.sequence, taken.failure());
  }
  return std::optional<std::uint64_t>{(*batch)->first_sequence()};
}

} // namespace tallyman
