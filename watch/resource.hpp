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
  bool has_protobuf = true; ///< built-in kinds only
};

/// Pods, nodes, and the built-in kinds that stand in owner chains.
const std::vector<resource>& built_in_resources();

/// The resource that a user names: "pods", or "PLURAL.VERSION.GROUP=KIND" for a custom kind, as in
/// "rollouts.v1alpha1.argoproj.io=Rollout". Errors: `usage`.
result<resource> parse_resource(std::string_view text);

/// The path of a version: "/api/v1", "/apis/apps/v1".
std::string path_of_version(std::string_view version);

} // namespace tallyman::watch
