#pragma once

#include "kube/object_fields.hpp"

#include <cstdint>
#include <string_view>

namespace tallyman::kube {

/// What the tally does with objects of a kind.
enum class kind_role : std::uint8_t {
  pod,
  node,
  /// Can stand in an owner chain. Every custom kind can, and its objects count whether or not something
  /// controls them: they may have been controlled before, and only they say to which namespace they belong.
  workload,
  status, ///< an answer of the API server, not an object
  ignored,
};

/// A kind that Kubernetes does not have, in a group that is a domain, is a custom one: a workload.
kind_role role_of(std::string_view kind, std::string_view api_version);

/// Which fields a reader must keep of objects of that kind.
object_shape shape_of(std::string_view kind, std::string_view api_version);

/// The kind of the items of a typed list ("Pod" of "PodList"); empty for "List" and for anything else.
std::string_view item_kind_of(std::string_view list_kind);

} // namespace tallyman::kube
