#pragma once

#include "base/result.hpp"
#include "journal/log.hpp"
#include "tally/history/history_recorder.hpp"
#include "tally/history/history_search.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace tallyman {

/// What happened, with the texts that its ids stand for.
struct told_history {
  std::vector<history_entry> entries; ///< by sequence
  std::shared_ptr<string_table> strings;
};

/// What events [from, to] of the journal did to what `search` asks for, exactly as replaying all of them
/// would tell it; what was there before `from` stands at the beginning. `from` must be an event that the
/// journal reaches back to, or 1.
///
/// Reads the journal several times, on a thread of its own ahead of this one: first to find the pods that
/// matter, by a glance at each record; then to apply their events. Blocks.
result<told_history> tell_history(const journal::log& log, history_search& search, std::uint64_t from,
                                  std::uint64_t to);

} // namespace tallyman
