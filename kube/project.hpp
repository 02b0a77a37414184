#pragma once

#include "base/result.hpp"
#include "kube/kinds.hpp"
#include "kube/object_fields.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::kube {

/// Limit on a text that is kept. Image references have some 500 bytes at most, names of objects 253.
inline constexpr std::size_t string_bytes_max = 1024;

/// Whether `object` has what its fact cannot be without, and that is not too long to be kept. `role` is that
/// of its kind, here and below: a pod, a node or a workload. The error names the object.
result<void> check(const object_fields& object, kind_role role);

/// Appends the fact that `object`, which passed `check`, is as it is. Text that is too long costs the
/// container or the part that has it, and a line in `notes`.
void project_observed(const object_fields& object, kind_role role, interner& strings, observations& out,
                      std::vector<std::string>& notes);

/// Appends the fact that `object`, which passed `check`, was deleted.
void project_gone(const object_fields& object, kind_role role, interner& strings, observations& out);

/// How errors call the object: "Pod shop/cart-1".
std::string describe(const object_fields& object);

/// `text` as a part of a one-line message: control characters become spaces, and it ends after `bytes_max`.
std::string one_line(std::string_view text, std::size_t bytes_max);

} // namespace tallyman::kube
