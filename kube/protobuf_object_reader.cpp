#include "kube/protobuf_object_reader.hpp"

#include "kube/kinds.hpp"
#include "kube/wire_message.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace tallyman::kube {

namespace {

/// Calls `visit(field)` for every field that holds text or a message, until one returns false. False then,
/// and if `bytes` are malformed.
template <class Visitor>
bool for_each_text(std::string_view bytes, Visitor visit) {
  wire_message message{bytes};
  wire_field field;
  while (message.next(field))
    if (field.is_text() && !visit(field))
      return false;
  return !message.malformed();
}

struct map_entry {
  std::string_view key;
  std::string_view value;
};

bool read_entry(std::string_view bytes, map_entry& into) {
  return for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 1)
      into.key = field.bytes;
    else if (field.number == 2)
      into.value = field.bytes;
    return true;
  });
}

} // namespace

bool protobuf_object_reader::fail(std::string what) {
  failure_ = std::move(what);
  return false;
}

error protobuf_object_reader::failure() {
  auto what = std::exchange(failure_, {});
  return {error_kind::bad_input, what.empty() ? "this is not the protobuf message that it should be" : what};
}

bool protobuf_object_reader::text(std::string_view bytes, std::string_view& into, std::string_view path) {
  if (bytes.size() > string_bytes_max_)
    return fail(fmt::format("{} is longer than {} bytes", path, string_bytes_max_));
  into = bytes;
  return true;
}

// -- what objects come in -----------------------------------------------------------------------

result<protobuf_object_reader::event> protobuf_object_reader::read_event(std::string_view bytes) {
  event read;
  std::string_view extension;
  const bool ok = for_each_text(bytes,
                                [&](const wire_field& field) {
                                  if (field.number == 1)
                                    return text(field.bytes, read.type, "the type of a watch event");
                                  if (field.number == 2)
                                    extension = field.bytes;
                                  return true;
                                }) &&
                  for_each_text(extension, [&](const wire_field& field) {
                    if (field.number == 1)
                      read.object = field.bytes;
                    return true;
                  });
  if (!ok)
    return failure();
  return read;
}

result<protobuf_object_reader::envelope> protobuf_object_reader::read_envelope(std::string_view bytes) {
  if (!bytes.starts_with(magic))
    return error{error_kind::bad_input, "an object without Kubernetes' protobuf envelope"};
  envelope read;
  const bool ok = for_each_text(bytes.substr(magic.size()), [&](const wire_field& field) {
    if (field.number == 1) {
      if (auto type = read_type(field.bytes, read); !type)
        return fail(type.failure().what);
    } else if (field.number == 2) {
      read.object = field.bytes;
    }
    return true;
  });
  if (!ok)
    return failure();
  return read;
}

result<void> protobuf_object_reader::read_type(std::string_view type_meta, envelope& into) {
  const bool ok = for_each_text(type_meta, [&](const wire_field& field) {
    if (field.number == 1)
      return text(field.bytes, into.api_version, "apiVersion");
    return field.number != 2 || text(field.bytes, into.kind, "kind");
  });
  return ok ? result<void>{} : failure();
}

result<const object_fields*> protobuf_object_reader::read_object(std::string_view bytes,
                                                                 std::string_view kind,
                                                                 std::string_view api_version) {
  object_.clear();
  object_.kind = kind;
  object_.api_version = api_version;
  bool ok = false;
  switch (const auto shape = shape_of(kind, api_version)) {
  case object_shape::pod:
    ok = read_pod(bytes);
    break;
  case object_shape::node:
    ok = read_node(bytes);
    break;
  case object_shape::status:
    ok = read_status(bytes);
    break;
  case object_shape::other:
    ok = read_metadata_only(bytes, shape);
    break;
  }
  if (!ok)
    return failure();
  return &object_;
}

result<void> protobuf_object_reader::read_list_metadata(std::string_view bytes, object_fields& into) {
  const bool ok = for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 2)
      return text(field.bytes, into.resource_version, "metadata.resourceVersion");
    // A continue token holds the last key of the page and is not kept, so that only the page limits it.
    if (field.number == 3)
      into.list_continue = field.bytes;
    return true;
  });
  return ok ? result<void>{} : failure();
}

// -- metadata -----------------------------------------------------------------------------------

bool protobuf_object_reader::read_metadata(std::string_view bytes, object_shape shape) {
  return for_each_text(bytes, [&](const wire_field& field) {
    switch (field.number) {
    case 1:
      return text(field.bytes, object_.name, "metadata.name");
    case 3:
      return text(field.bytes, object_.name_space, "metadata.namespace");
    case 5:
      return text(field.bytes, object_.uid, "metadata.uid");
    case 6:
      return text(field.bytes, object_.resource_version, "metadata.resourceVersion");
    case 9: // a zero time is an empty message here and null in JSON: the object is not being deleted
      object_.deleting = !field.bytes.empty();
      return true;
    case 11:
      return shape != object_shape::node || read_label(field.bytes);
    case 12:
      return read_annotation(field.bytes);
    case 13:
      return read_owner(field.bytes);
    default:
      return true;
    }
  });
}

bool protobuf_object_reader::read_owner(std::string_view bytes) {
  if (object_.owners.size() >= entries_max)
    return fail(fmt::format("it has more than {} owner references", entries_max));
  auto& owner = object_.owners.emplace_back();
  wire_message message{bytes};
  wire_field field;
  while (message.next(field)) {
    bool ok = true;
    if (field.number == 6 && field.is_number())
      owner.controller = field.value != 0;
    else if (!field.is_text())
      continue;
    else if (field.number == 1)
      ok = text(field.bytes, owner.kind, "metadata.ownerReferences[].kind");
    else if (field.number == 3)
      ok = text(field.bytes, owner.name, "metadata.ownerReferences[].name");
    else if (field.number == 4)
      ok = text(field.bytes, owner.uid, "metadata.ownerReferences[].uid");
    else if (field.number == 5)
      ok = text(field.bytes, owner.api_version, "metadata.ownerReferences[].apiVersion");
    if (!ok)
      return false;
  }
  return !message.malformed();
}

bool protobuf_object_reader::read_label(std::string_view bytes) {
  map_entry label;
  if (!read_entry(bytes, label))
    return false;
  if (label.key == "kubernetes.io/arch")
    return text(label.value, object_.label_architecture, "the label kubernetes.io/arch");
  if (label.key == "kubernetes.io/os")
    return text(label.value, object_.label_os, "the label kubernetes.io/os");
  if (label.key == "beta.kubernetes.io/arch")
    return text(label.value, object_.beta_label_architecture, "the label beta.kubernetes.io/arch");
  if (label.key == "beta.kubernetes.io/os")
    return text(label.value, object_.beta_label_os, "the label beta.kubernetes.io/os");
  return true;
}

bool protobuf_object_reader::read_annotation(std::string_view bytes) {
  // Annotations are the bulk of many objects; this one's key is never so long.
  if (bytes.size() > 2 * initial_events_end_annotation.size())
    return true;
  map_entry annotation;
  if (!read_entry(bytes, annotation))
    return false;
  if (annotation.key == initial_events_end_annotation)
    object_.initial_events_end = annotation.value == "true";
  return true;
}

bool protobuf_object_reader::read_metadata_only(std::string_view bytes, object_shape shape) {
  return for_each_text(
      bytes, [&](const wire_field& field) { return field.number != 1 || read_metadata(field.bytes, shape); });
}

// -- pods ---------------------------------------------------------------------------------------

bool protobuf_object_reader::read_pod(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    switch (field.number) {
    case 1:
      return read_metadata(field.bytes, object_shape::pod);
    case 2:
      return read_pod_spec(field.bytes);
    case 3:
      return read_pod_status(field.bytes);
    default:
      return true;
    }
  });
}

bool protobuf_object_reader::read_pod_spec(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    switch (field.number) {
    case 2:
      return read_container(field.bytes, container_list::regular);
    case 10:
      return text(field.bytes, object_.node_name, "spec.nodeName");
    case 20:
      return read_container(field.bytes, container_list::init);
    case 34:
      return read_container(field.bytes, container_list::ephemeral);
    default:
      return true;
    }
  });
}

bool protobuf_object_reader::read_container(std::string_view bytes, container_list list) {
  if (object_.containers.size() >= entries_max)
    return fail(fmt::format("it has more than {} containers", entries_max));
  auto& container = object_.containers.emplace_back();
  container.list = list;
  if (list != container_list::ephemeral)
    return read_container_fields(bytes, container);
  return for_each_text(bytes, [&](const wire_field& field) {
    return field.number != 1 || read_container_fields(field.bytes, container);
  });
}

bool protobuf_object_reader::read_container_fields(std::string_view bytes, container_spec& into) {
  return for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 1)
      return text(field.bytes, into.name, "a container's name in spec");
    return field.number != 2 || text(field.bytes, into.image, "a container's image in spec");
  });
}

bool protobuf_object_reader::read_pod_status(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    switch (field.number) {
    case 1:
      return text(field.bytes, object_.phase, "status.phase");
    case 8:
      return read_container_status(field.bytes, container_list::regular);
    case 10:
      return read_container_status(field.bytes, container_list::init);
    case 13:
      return read_container_status(field.bytes, container_list::ephemeral);
    default:
      return true;
    }
  });
}

bool protobuf_object_reader::read_container_status(std::string_view bytes, container_list list) {
  if (object_.statuses.size() >= entries_max)
    return fail(fmt::format("it has more than {} container statuses", entries_max));
  auto& status = object_.statuses.emplace_back();
  status.list = list;
  return for_each_text(bytes, [&](const wire_field& field) {
    switch (field.number) {
    case 1:
      return text(field.bytes, status.name, "the name of a container status");
    case 7:
      return text(field.bytes, status.image_id, "the imageID of a container status");
    case 8:
      return text(field.bytes, status.container_id, "the containerID of a container status");
    default:
      return true;
    }
  });
}

// -- nodes, statuses ----------------------------------------------------------------------------

bool protobuf_object_reader::read_node(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 1)
      return read_metadata(field.bytes, object_shape::node);
    return field.number != 3 || read_node_status(field.bytes);
  });
}

bool protobuf_object_reader::read_node_status(std::string_view bytes) {
  const auto read_info = [&](const wire_field& field) {
    if (field.number == 9)
      return text(field.bytes, object_.os, "status.nodeInfo.operatingSystem");
    return field.number != 10 || text(field.bytes, object_.architecture, "status.nodeInfo.architecture");
  };
  return for_each_text(bytes, [&](const wire_field& field) {
    return field.number != 7 || for_each_text(field.bytes, read_info);
  });
}

bool protobuf_object_reader::read_status(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 3)
      return text(field.bytes, object_.message, "message");
    return field.number != 4 || text(field.bytes, object_.reason, "reason");
  });
}

} // namespace tallyman::kube
