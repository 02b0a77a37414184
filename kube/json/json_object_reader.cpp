#include "kube/json/json_object_reader.hpp"

#include "kube/json/json_pod_reader.hpp"
#include "kube/kinds.hpp"

namespace tallyman::kube {

namespace {

// A parser's memory is several times its largest document; one huge object must not pin it for good.
constexpr std::size_t kept_capacity_max = std::size_t{4} << 20;

unsigned bit_of(object_shape shape) {
  return 1U << static_cast<unsigned>(shape);
}

object_shape shape_of(const object_fields& object) {
  return kube::shape_of(object.kind, object.api_version);
}

/// Whether the tally has no use for the object, whatever it holds. A list is nothing without what it holds.
bool is_skipped(const object_fields& object) {
  return !object.kind.ends_with("List") && role_of(object.kind, object.api_version) == kind_role::ignored;
}

} // namespace

result<json_object_reader::reading> json_object_reader::read(std::string_view text, const defaults& given) {
  if (parser_.capacity() > kept_capacity_max && text.size() <= kept_capacity_max)
    parser_ = simdjson::ondemand::parser{};
  const simdjson::padded_string_view padded{text.data(), text.size(),
                                            text.size() + simdjson::SIMDJSON_PADDING};
  in_event_ = false;
  root_.clear();
  nested_.clear();
  root_pass_.shape.reset();
  nested_pass_.shape.reset();
  simdjson::ondemand::document document;
  if (const auto code = parser_.iterate(padded).get(document))
    return json::syntax_error(code);
  auto again = read_once(document, given);
  if (again && *again) {
    document.rewind();
    again = read_once(document, given);
  }
  if (!again && !skips(again.failure(), document, given))
    return again.failure();
  if (in_event_ && root_.kind.empty())
    return reading{&nested_, event_type_.value_or(std::string_view{}), items_member::absent};
  return reading{&root_, std::nullopt, root_pass_.items};
}

/// One pass over the document. True if members were read by the wrong shape, as the kind came after them.
result<bool> json_object_reader::read_once(simdjson::ondemand::document& document, const defaults& given) {
  root_.clear();
  root_.kind = given.kind;
  root_.api_version = given.api_version;
  root_pass_ = {&root_, root_pass_.shape, 0, items_member::absent};
  nested_pass_.shapes_used = 0;
  event_type_.reset();
  in_event_ = false;
  simdjson::ondemand::object object;
  if (const auto code = document.get_object().get(object))
    return json::syntax_error(code);
  const auto done = json::for_each_member(
      object, [this](std::string_view key, value json) { return read_root_member(key, json); });
  if (!done)
    return done.failure();
  bool again = false;
  for (auto* at : {&root_pass_, &nested_pass_}) {
    if (at->out == nullptr || at->shape)
      continue;
    at->shape = shape_of(*at->out);
    again |= (at->shapes_used & ~bit_of(*at->shape)) != 0;
  }
  return again;
}

/// Whether `problem` does not matter, as it is with an object that is skipped: then its kind is all that has
/// been read of it.
bool json_object_reader::skips(const error& problem, simdjson::ondemand::document& document,
                               const defaults& given) {
  const auto& so_far = incomplete();
  if (problem.kind != error_kind::bad_input || (!so_far.kind.empty() && !is_skipped(so_far)))
    return false;
  document.rewind();
  kinds_only_ = true;
  const auto read = read_once(document, given);
  kinds_only_ = false;
  const auto& object = in_event_ && root_.kind.empty() ? nested_ : root_;
  return read && !object.kind.empty() && is_skipped(object);
}

result<void> json_object_reader::read_root_member(std::string_view key, value json) {
  if (root_.kind.empty()) {
    if (key == "object")
      return read_event_object(json);
    if (key == "type") {
      std::string_view type;
      auto read = json::read_text(type, json, "the type of a watch event");
      event_type_ = type;
      return read;
    }
  }
  return read_member(root_pass_, key, json);
}

result<void> json_object_reader::read_event_object(value json) {
  in_event_ = true;
  nested_.clear();
  nested_pass_ = {&nested_, nested_pass_.shape, 0, items_member::absent};
  const auto type = json::type_of(json);
  if (!type)
    return type.failure();
  if (*type != json::json_type::object)
    return json::type_error("the object of a watch event", *type, "an object");
  return json::for_each_member(json, "object", [this](std::string_view key, value member) {
    return read_member(nested_pass_, key, member);
  });
}

result<void> json_object_reader::read_member(pass& at, std::string_view key, value json) {
  auto& out = *at.out;
  std::string_view text;
  if (key == "kind" || key == "apiVersion") {
    auto read = json::read_text(text, json, key);
    if (!text.empty())
      (key == "kind" ? out.kind : out.api_version) = text;
    return read;
  }
  if (kinds_only_)
    return {};
  if (key == "items") {
    const auto type = json::type_of(json);
    at.items = type && *type == json::json_type::null ? items_member::null : items_member::other;
    return {};
  }
  const bool by_shape =
      key == "metadata" || key == "spec" || key == "status" || key == "message" || key == "reason";
  if (!by_shape)
    return {};
  const auto shape = at.shape ? *at.shape : shape_of(out);
  at.shapes_used |= bit_of(shape);
  if (key == "metadata")
    return read_metadata(out, json, shape);
  if (key == "spec")
    return shape == object_shape::pod ? read_pod_spec(out, json) : result<void>{};
  if (key == "status")
    return read_status(out, json, shape);
  if (shape != object_shape::status)
    return {};
  return json::read_text(key == "message" ? out.message : out.reason, json, key);
}

// -- metadata -----------------------------------------------------------------------------------

result<void> json_object_reader::read_metadata(object_fields& out, value& json, object_shape shape) {
  out.clear_metadata();
  return json::for_each_member(json, "metadata", [&](std::string_view key, value member) -> result<void> {
    if (key == "name")
      return json::read_text(out.name, member, "metadata.name");
    if (key == "namespace")
      return json::read_text(out.name_space, member, "metadata.namespace");
    if (key == "uid")
      return json::read_text(out.uid, member, "metadata.uid");
    if (key == "resourceVersion")
      return json::read_text(out.resource_version, member, "metadata.resourceVersion");
    if (key == "continue")
      return json::read_text(out.list_continue, member, "metadata.continue");
    if (key == "deletionTimestamp") {
      std::string_view moment;
      auto read = json::read_text(moment, member, "metadata.deletionTimestamp");
      out.deleting = !moment.empty();
      return read;
    }
    if (key == "ownerReferences") {
      out.controller.reset();
      return json::for_each_element(member, "metadata.ownerReferences",
                                    [&](value& owner) { return read_owner(out, owner); });
    }
    if (key == "labels" && shape == object_shape::node)
      return read_labels(out, member);
    if (key == "annotations" && in_event_ && event_type_.value_or("BOOKMARK") == "BOOKMARK")
      return read_bookmark_annotations(out, member);
    return {};
  });
}

result<void> json_object_reader::read_bookmark_annotations(object_fields& out, value& json) {
  return json::for_each_member(json, "metadata.annotations", [&](std::string_view key, value member) {
    if (key != initial_events_end_annotation)
      return result<void>{};
    std::string_view text;
    auto read = json::read_text(text, member, key);
    out.initial_events_end = text == "true";
    return read;
  });
}

result<void> json_object_reader::read_owner(object_fields& out, value& json) {
  owner_reference owner;
  auto read = json::for_each_member(
      json, "metadata.ownerReferences[]", [&](std::string_view key, value member) -> result<void> {
        if (key == "apiVersion")
          return json::read_text(owner.api_version, member, "metadata.ownerReferences[].apiVersion");
        if (key == "kind")
          return json::read_text(owner.kind, member, "metadata.ownerReferences[].kind");
        if (key == "name")
          return json::read_text(owner.name, member, "metadata.ownerReferences[].name");
        if (key == "uid")
          return json::read_text(owner.uid, member, "metadata.ownerReferences[].uid");
        if (key != "controller")
          return {};
        const auto flag = json::flag_of(member, "metadata.ownerReferences[].controller");
        if (!flag)
          return flag.failure();
        owner.controller = *flag;
        return {};
      });
  if (read && owner.controller && !out.controller)
    out.controller = owner;
  return read;
}

result<void> json_object_reader::read_labels(object_fields& out, value& json) {
  out.label_architecture = out.label_os = out.beta_label_architecture = out.beta_label_os = {};
  return json::for_each_member(
      json, "metadata.labels", [&](std::string_view key, value member) -> result<void> {
        if (key == "kubernetes.io/arch")
          return json::read_text(out.label_architecture, member, "the label kubernetes.io/arch");
        if (key == "kubernetes.io/os")
          return json::read_text(out.label_os, member, "the label kubernetes.io/os");
        if (key == "beta.kubernetes.io/arch")
          return json::read_text(out.beta_label_architecture, member, "the label beta.kubernetes.io/arch");
        if (key == "beta.kubernetes.io/os")
          return json::read_text(out.beta_label_os, member, "the label beta.kubernetes.io/os");
        return {};
      });
}

// -- nodes --------------------------------------------------------------------------------------

result<void> json_object_reader::read_status(object_fields& out, value& json, object_shape shape) {
  if (shape == object_shape::pod)
    return read_pod_status(out, json);
  if (shape != object_shape::node)
    return {};
  out.clear_status();
  return json::for_each_member(json, "status", [&](std::string_view key, value member) {
    return key == "nodeInfo" ? read_node_info(out, member) : result<void>{};
  });
}

result<void> json_object_reader::read_node_info(object_fields& out, value& json) {
  out.architecture = out.os = {};
  return json::for_each_member(
      json, "status.nodeInfo", [&](std::string_view key, value member) -> result<void> {
        if (key == "architecture")
          return json::read_text(out.architecture, member, "status.nodeInfo.architecture");
        if (key == "operatingSystem")
          return json::read_text(out.os, member, "status.nodeInfo.operatingSystem");
        return {};
      });
}

} // namespace tallyman::kube
