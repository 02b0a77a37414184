#pragma once

#include "base/result.hpp"
#include "journal/format/segment.hpp"
#include "journal/storage/storage.hpp"

#include <cstdint>
#include <vector>

namespace tallyman::journal {

/// Sequence of the last event at or before `time_ms` (Unix milliseconds); one less than the first event's if
/// all are later. Looks at one batch of each segment, at the headers of one segment, and at one payload.
///
/// A clock may have jumped. The rule is then: of the segments that begin at or before that time the last one,
/// in it the last batch that does, in it the last event that is. So a clock that was ahead for a while hides
/// nothing that came after it. `last_batch` is the last one that may be looked at.
result<std::uint64_t> last_event_at(storage& disk, const std::vector<segment_entry>& segments,
                                    std::uint64_t last_batch, std::int64_t time_ms);

} // namespace tallyman::journal
