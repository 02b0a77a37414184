#pragma once

#include "messages/fact.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tallyman::kube {

/// What a reader must keep of an object besides its metadata; depends on the object's kind.
enum class object_shape : std::uint8_t { pod, node, status, other };

/// Limit on a pod's containers with its image volumes, and on the statuses of both; a reader refuses more.
inline constexpr std::size_t entries_max = 1000;

/// On the bookmark behind the objects that `sendInitialEvents` asked for; its value is "true".
inline constexpr std::string_view initial_events_end_annotation = "k8s.io/initial-events-end";

/// One of metadata.ownerReferences.
struct owner_reference {
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view uid;
  bool controller = false;
};

/// An entry of spec.containers, spec.initContainers or spec.ephemeralContainers; or one of spec.volumes whose
/// source is an image (Kubernetes' KEP-4639), with its reference.
struct container_spec {
  std::string_view name;
  std::string_view image;
  container_list list = container_list::regular;
};

/// An entry of status.containerStatuses, .initContainerStatuses or .ephemeralContainerStatuses; or what one
/// of them says of an image volume, in volumeMounts[].volumeStatus.image.imageRef (KEP-5365).
struct container_status {
  std::string_view name;
  std::string_view image_id;
  std::string_view container_id;
  container_list list = container_list::regular;
};

/// The fields of an object that any rule of the projection looks at, as its encoding spells them, of whatever
/// length. What is absent is empty. A reader of an encoding fills it in; project.hpp draws the facts from it.
///
/// Lifetime: the text belongs to whatever the object was decoded from.
struct object_fields {
  std::string_view kind;
  std::string_view api_version;

  // metadata
  std::string_view name;
  std::string_view name_space;
  std::string_view uid;
  std::string_view resource_version;
  std::string_view list_continue; ///< of a list: more pages follow if it is not empty
  bool deleting = false;
  bool initial_events_end = false;           ///< of a bookmark: all objects of the kind have been sent
  std::optional<owner_reference> controller; ///< the first owner reference with `controller: true`

  // pod
  std::string_view node_name;
  std::string_view phase;
  std::vector<container_spec> containers;
  std::vector<container_status> statuses;

  // node
  std::string_view architecture;
  std::string_view os;
  std::string_view label_architecture; ///< kubernetes.io/arch
  std::string_view label_os;
  std::string_view beta_label_architecture; ///< beta.kubernetes.io/arch
  std::string_view beta_label_os;

  // status
  std::string_view message;
  std::string_view reason;

  /// The first status of the name `wanted` in `list`; null if there is none.
  const container_status* status_of(std::string_view wanted, container_list list) const noexcept;

  void clear();
  void clear_metadata();
  void clear_spec();
  void clear_status();
};

} // namespace tallyman::kube
