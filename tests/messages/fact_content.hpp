#pragma once

#include "messages/fact.hpp"

#include <string>

namespace tallyman::testing {

/// Everything that a fact says, in one line, with its texts in place of slices and ids: two facts of
/// different batches are the same if and only if their contents are. Throws or aborts on a fact that holds
/// an enum value, a string id, a uid or a slice that is not valid.
std::string content_of(const fact_batch& batch, const fact& item, const string_table& strings);

} // namespace tallyman::testing
