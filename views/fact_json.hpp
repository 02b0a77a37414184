#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <string>

namespace tallyman {

/// One line of JSON, without its end: one journaled event with all of its fields, every id turned into text:
/// `sequence`, `time`, `type` (as in messages/wire/record_type.hpp), then the fields by the names of
/// messages/fact.hpp. `item` is of `batch`, whose ids are of `strings`.
std::string json_line_of(std::uint64_t sequence, const fact& item, const fact_batch& batch,
                         const string_table& strings);

} // namespace tallyman
