#pragma once

#include "base/result.hpp"
#include "kube/json/json_access.hpp"
#include "kube/object_fields.hpp"

namespace tallyman::kube {

/// Reads the spec of a pod into `out`, in place of what it holds of one. Errors: as json_access.hpp has them.
result<void> read_pod_spec(object_fields& out, json::value& spec);

/// The same of its status.
result<void> read_pod_status(object_fields& out, json::value& status);

} // namespace tallyman::kube
