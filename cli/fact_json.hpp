#pragma once

#include "cli/json_text.hpp"
#include "messages/fact.hpp"

#include <cstdint>

namespace tallyman::cli {

/// One journaled event with all of its fields, every id turned into text: `sequence`, `time`, `type` (as in
/// messages/record_type.hpp), then the fields by the names of messages/fact.hpp.
/// `item` is of `batch`, whose ids are of `strings`.
json json_of(std::uint64_t sequence, const fact& item, const fact_batch& batch, const string_table& strings);

} // namespace tallyman::cli
