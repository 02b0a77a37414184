#pragma once

#include "base/result.hpp"
#include "kube/object_fields.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman::kube {

/// The owner reference with `controller: true`, wherever it stands; null if there is none.
const owner_reference* controller_of(const object_fields& object);

/// Whether the object is one that the tally follows: a pod, a node, or a workload.
bool has_fact(const object_fields& object);

/// Whether an object that `has_fact` has what its fact cannot be without. The error names the object.
result<void> check(const object_fields& object);

/// Appends the fact that `object`, which passed `check`, is as it is.
void project_observed(const object_fields& object, interner& strings, observations& out);

/// Appends the fact that `object`, which passed `check`, was deleted.
void project_gone(const object_fields& object, interner& strings, observations& out);

/// Metadata.resourceVersion as a number; 0 if it is none.
std::uint64_t resource_version_number(std::string_view text);

/// How errors call the object: "Pod shop/cart-1".
std::string describe(const object_fields& object);

/// `text` as a part of a one-line message: control characters become spaces, and it ends after `bytes_max`.
std::string one_line(std::string_view text, std::size_t bytes_max);

} // namespace tallyman::kube
