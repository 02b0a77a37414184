#include "kube/protobuf/protobuf_object_reader.hpp"

#include "kube/kinds.hpp"
#include "kube/protobuf/protobuf_pod_reader.hpp"
#include "kube/protobuf/wire_message.hpp"

#include <utility>
#include <vector>

namespace tallyman::kube {

namespace {

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

// -- what objects come in -----------------------------------------------------------------------

result<protobuf_object_reader::event> protobuf_object_reader::read_event(std::string_view bytes) {
  event read;
  std::string_view extension;
  const bool ok = for_each_text(bytes,
                                [&](const wire_field& field) {
                                  if (field.number == 1)
                                    return keep(field.bytes, read.type);
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
      return keep(field.bytes, into.api_version);
    return field.number != 2 || keep(field.bytes, into.kind);
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
  if (role_of(kind, api_version) == kind_role::ignored)
    return &object_;
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
      return keep(field.bytes, into.resource_version);
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
      return keep(field.bytes, object_.name);
    case 3:
      return keep(field.bytes, object_.name_space);
    case 5:
      return keep(field.bytes, object_.uid);
    case 6:
      return keep(field.bytes, object_.resource_version);
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
  owner_reference owner;
  wire_message message{bytes};
  wire_field field;
  while (message.next(field)) {
    if (field.number == 6 && field.is_number())
      owner.controller = field.value != 0;
    else if (!field.is_text())
      continue;
    else if (field.number == 1)
      owner.kind = field.bytes;
    else if (field.number == 3)
      owner.name = field.bytes;
    else if (field.number == 4)
      owner.uid = field.bytes;
    else if (field.number == 5)
      owner.api_version = field.bytes;
  }
  if (owner.controller && !object_.controller)
    object_.controller = owner;
  return !message.malformed();
}

bool protobuf_object_reader::read_label(std::string_view bytes) {
  map_entry label;
  if (!read_entry(bytes, label))
    return false;
  if (label.key == "kubernetes.io/arch")
    return keep(label.value, object_.label_architecture);
  if (label.key == "kubernetes.io/os")
    return keep(label.value, object_.label_os);
  if (label.key == "beta.kubernetes.io/arch")
    return keep(label.value, object_.beta_label_architecture);
  if (label.key == "beta.kubernetes.io/os")
    return keep(label.value, object_.beta_label_os);
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
      return read_pod_spec(object_, field.bytes, failure_);
    case 3:
      return read_pod_status(object_, field.bytes, failure_);
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
      return keep(field.bytes, object_.os);
    return field.number != 10 || keep(field.bytes, object_.architecture);
  };
  return for_each_text(bytes, [&](const wire_field& field) {
    return field.number != 7 || for_each_text(field.bytes, read_info);
  });
}

bool protobuf_object_reader::read_status(std::string_view bytes) {
  return for_each_text(bytes, [&](const wire_field& field) {
    if (field.number == 3)
      return keep(field.bytes, object_.message);
    return field.number != 4 || keep(field.bytes, object_.reason);
  });
}

} // namespace tallyman::kube
