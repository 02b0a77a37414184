#pragma once

#include "journal/format/format.hpp"

#include <string>

namespace tallyman::testing {

/// The journal to which repair_snapshot makes a file belong.
inline constexpr journal::journal_id fuzzed_journal_id{1, 2};

/// Makes the frame of a mutated snapshot right again: header, footer and every checksum. With `lengths_too`,
/// each block reaches up to the next block's magic, so that bytes that were put in or taken out are its
/// content. A file that is too short for a frame stays as it is.
void repair_snapshot(std::string& file, bool lengths_too);

} // namespace tallyman::testing
