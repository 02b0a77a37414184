#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tallyman::watch {

/// A kind as the API server serves it.
struct resource {
  std::string plural; ///< "pods"
  std::string kind;   ///< "Pod"
  /// "v1", "apps/v1": the first one that the server has is used.
  std::vector<std::string> versions;
  bool namespaced = true;
  /// Else it has no protobuf, and may be another API server's, with versions of its own, behind this one.
  bool is_built_in = true;
};

/// Pods, nodes, and the built-in kinds that stand in owner chains.
const std::vector<resource>& built_in_resources();

/// The resource that a user names: "pods", or "PLURAL.VERSION.GROUP=KIND" for a custom kind, as in
/// "rollouts.v1alpha1.argoproj.io=Rollout". Errors: `usage`: also if the version looks like none.
result<resource> parse_resource(std::string_view text);

/// The path of a version: "/api/v1", "/apis/apps/v1".
std::string path_of_version(std::string_view version);

} // namespace tallyman::watch
