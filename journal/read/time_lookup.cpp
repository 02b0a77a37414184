#include "journal/read/time_lookup.hpp"

#include "journal/format/batch_view.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/failure.hpp"
#include "journal/read/segment_reader.hpp"

#include <optional>

namespace tallyman::journal {

namespace {

/// Calls `look` with the header of each batch that holds an event, until it returns false.
template <class F>
result<void> look_at_headers(storage& disk, const segment_entry& segment, std::uint64_t last_batch, F look) {
  auto reader = segment_reader::open(disk, segment, true);
  if (!reader)
    return reader.failure();
  while (reader->position().next_batch <= last_batch) {
    auto step = reader->next();
    if (!step)
      return step.failure();
    if (step->found == scan_step::kind::end)
      break;
    if (step->found != scan_step::kind::batch)
      return damage_at(segment.path, step->offset, step->reason);
    if (step->header.event_count != 0 && !look(step->header))
      break;
  }
  return {};
}

result<bool> begins_by(storage& disk, const segment_entry& segment, std::uint64_t last_batch,
                       std::int64_t time_ms) {
  bool by_then = false;
  auto looked = look_at_headers(disk, segment, last_batch, [&](const batch_header& first) {
    by_then = first.time_ms <= time_ms;
    return false;
  });
  if (!looked)
    return looked.failure();
  return by_then;
}

/// The last batch of the segment that begins at or before the time.
result<batch_header> last_batch_by(storage& disk, const segment_entry& segment, std::uint64_t last_batch,
                                   std::int64_t time_ms) {
  batch_header found;
  auto looked = look_at_headers(disk, segment, last_batch, [&](const batch_header& header) {
    if (header.time_ms <= time_ms)
      found = header;
    return true;
  });
  if (!looked)
    return looked.failure();
  return found;
}

/// The last event of that batch at or before the time.
result<std::uint64_t> last_event_by(storage& disk, const segment_entry& segment, const batch_header& header,
                                    std::int64_t time_ms) {
  auto opened = disk.open(segment.path, open_mode::read);
  if (!opened)
    return opened.failure();
  std::string stored(header.stored_bytes(), '\0');
  auto got = (*opened)->read_at(header.offset, stored.data(), stored.size());
  if (!got)
    return got.failure();
  const std::string_view behind_header = std::string_view(stored).substr(batch_header_bytes);
  if (*got != stored.size() || checksum(behind_header) != header.payload_checksum)
    return damage_at(segment.path, header.offset, "the batch payload does not match its checksum");
  const std::string_view payload = behind_header.substr(0, header.payload_bytes);
  if (const auto fault = payload_fault(header, payload); !fault.empty())
    return damage_at(segment.path, header.offset, fault);
  std::uint64_t found = header.first_sequence - 1;
  for (const record& each : batch_view(header.facts(), payload))
    if (!each.definition && each.time_ms <= time_ms)
      found = each.sequence;
  return found;
}

} // namespace

result<std::uint64_t> last_event_at(storage& disk, const std::vector<segment_entry>& segments,
                                    std::uint64_t last_batch, std::int64_t time_ms) {
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    auto by_then = begins_by(disk, *segment, last_batch, time_ms);
    if (!by_then)
      return by_then.failure();
    if (!*by_then)
      continue;
    auto header = last_batch_by(disk, *segment, last_batch, time_ms);
    if (!header)
      return header.failure();
    return last_event_by(disk, *segment, *header, time_ms);
  }
  return segments.front().header.first_sequence - 1;
}

} // namespace tallyman::journal
