#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tallyman::watch {

/// resourceVersions are opaque, but those that are decimal numbers, of any length, are ordered as numbers
/// (Kubernetes 1.35, KEP-5504; those that come from etcd always were).
bool is_numeric(std::string_view version) noexcept;

/// Whether both are numbers, and `version` is the smaller one.
bool is_lower(std::string_view version, std::string_view than) noexcept;

/// The one that none of the others is lower than, or empty if two of them cannot be compared.
std::string lowest(const std::vector<std::string>& versions);

} // namespace tallyman::watch
