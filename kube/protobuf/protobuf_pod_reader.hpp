#pragma once

#include "kube/object_fields.hpp"

#include <string>
#include <string_view>

namespace tallyman::kube {

/// Adds what a `PodSpec` says to `out`. False if it is malformed, or has more than `out` takes, which
/// `problem` then says.
bool read_pod_spec(object_fields& out, std::string_view spec, std::string& problem);

/// The same of a `PodStatus`.
bool read_pod_status(object_fields& out, std::string_view status, std::string& problem);

} // namespace tallyman::kube
