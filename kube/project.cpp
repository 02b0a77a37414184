#include "kube/project.hpp"

#include "kube/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tallyman::kube {

namespace {

pod_phase phase_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, pod_phase>, 4> phases{{{"Pending", pod_phase::pending},
                                                                          {"Running", pod_phase::running},
                                                                          {"Succeeded", pod_phase::succeeded},
                                                                          {"Failed", pod_phase::failed}}};
  const auto found =
      std::find_if(phases.begin(), phases.end(), [&](auto& known) { return known.first == text; });
  return found == phases.end() ? pod_phase::unknown : found->second;
}

std::string_view runtime_of(std::string_view container_id) {
  constexpr std::string_view separator = "://";
  const auto first = container_id.find(separator);
  if (first == std::string_view::npos || container_id.find(separator, first + 1) != std::string_view::npos)
    return {};
  return container_id.substr(0, first);
}

std::string_view first_of(std::initializer_list<std::string_view> candidates) {
  const auto found =
      std::find_if(candidates.begin(), candidates.end(), [](auto text) { return !text.empty(); });
  return found == candidates.end() ? std::string_view{} : *found;
}

controller_ref controller_fact(const object_fields& object, interner& strings, fact_batch& batch) {
  const auto* controller = controller_of(object);
  if (controller == nullptr)
    return {};
  return {parse_uid(controller->uid, strings), strings(controller->kind), strings(controller->api_version),
          batch.add_text(controller->name)};
}

const container_status* status_of(const container_spec& spec, const object_fields& pod) {
  const auto found =
      std::find_if(pod.statuses.begin(), pod.statuses.end(), [&](const container_status& status) {
        return status.list == spec.list && status.name == spec.name;
      });
  return found == pod.statuses.end() ? nullptr : &*found;
}

// By list and not in the order of the text, in which the lists may come in any order.
pool_slice project_containers(const object_fields& pod, interner& strings, fact_batch& batch) {
  const auto first = batch.containers.size();
  for (const auto list : {container_list::regular, container_list::init, container_list::ephemeral}) {
    for (const auto& spec : pod.containers) {
      if (spec.list != list)
        continue;
      container projected{strings(spec.name), strings(spec.image), {}, {}, list};
      if (const auto* status = status_of(spec, pod)) {
        projected.image_id = strings(status->image_id);
        projected.runtime = strings(runtime_of(status->container_id));
      }
      batch.containers.push_back(projected);
    }
  }
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(batch.containers.size() - first)};
}

pod_observed project_pod(const object_fields& pod, interner& strings, fact_batch& batch) {
  pod_observed seen;
  seen.id = parse_uid(pod.uid, strings);
  seen.name_space = strings(pod.name_space);
  seen.node = strings(pod.node_name);
  seen.name = batch.add_text(pod.name);
  seen.controller = controller_fact(pod, strings, batch);
  seen.resource_version = resource_version_number(pod.resource_version);
  seen.containers = project_containers(pod, strings, batch);
  seen.phase = phase_of(pod.phase);
  seen.deleting = pod.deleting;
  return seen;
}

// A node that was made by hand, or whose kubelet has not reported yet, has an empty nodeInfo.
node_observed project_node(const object_fields& node, interner& strings) {
  const auto architecture =
      first_of({node.architecture, node.label_architecture, node.beta_label_architecture});
  const auto os = first_of({node.os, node.label_os, node.beta_label_os});
  return {parse_uid(node.uid, strings), strings(node.name), strings(architecture), strings(os),
          resource_version_number(node.resource_version)};
}

workload_observed project_workload(const object_fields& object, interner& strings, fact_batch& batch) {
  workload_observed seen;
  seen.id = parse_uid(object.uid, strings);
  seen.kind = strings(object.kind);
  seen.api_version = strings(object.api_version);
  seen.name_space = strings(object.name_space);
  seen.name = batch.add_text(object.name);
  seen.controller = controller_fact(object, strings, batch);
  seen.resource_version = resource_version_number(object.resource_version);
  return seen;
}

error bad_object(const object_fields& object, std::string_view problem) {
  return {error_kind::bad_input, fmt::format("{} {}", describe(object), problem)};
}

} // namespace

const owner_reference* controller_of(const object_fields& object) {
  const auto found = std::find_if(object.owners.begin(), object.owners.end(),
                                  [](const owner_reference& owner) { return owner.controller; });
  return found == object.owners.end() ? nullptr : &*found;
}

bool has_fact(const object_fields& object) {
  switch (role_of(object.kind, object.api_version)) {
  case kind_role::pod:
  case kind_role::node:
  case kind_role::workload:
    return true;
  case kind_role::workload_if_owned:
    return controller_of(object) != nullptr;
  case kind_role::status:
  case kind_role::ignored:
    return false;
  }
  return false;
}

result<void> check(const object_fields& object) {
  if (object.uid.empty())
    return bad_object(object,
                      "has no metadata.uid, without which it cannot be told from a later one of its name");
  if (object.name.empty() && role_of(object.kind, object.api_version) == kind_role::node)
    return bad_object(object, "has no metadata.name, by which its pods refer to it");
  if (const auto* controller = controller_of(object); controller != nullptr && controller->uid.empty())
    return bad_object(object, "has a controller reference without uid");
  return {};
}

void project_observed(const object_fields& object, interner& strings, observations& out) {
  auto& batch = out.batch;
  switch (role_of(object.kind, object.api_version)) {
  case kind_role::pod:
    batch.facts.push_back({0, project_pod(object, strings, batch)});
    break;
  case kind_role::node:
    batch.facts.push_back({0, project_node(object, strings)});
    break;
  default:
    batch.facts.push_back({0, project_workload(object, strings, batch)});
  }
}

void project_gone(const object_fields& object, interner& strings, observations& out) {
  const auto id = parse_uid(object.uid, strings);
  const auto version = resource_version_number(object.resource_version);
  auto& facts = out.batch.facts;
  switch (role_of(object.kind, object.api_version)) {
  case kind_role::pod:
    facts.push_back({0, pod_gone{id, version, gone_reason::deleted}});
    break;
  case kind_role::node:
    facts.push_back({0, node_gone{id, strings(object.name), version, gone_reason::deleted}});
    break;
  default:
    facts.push_back({0, workload_gone{id, strings(object.kind), version, gone_reason::deleted,
                                      strings(object.api_version)}});
  }
}

std::uint64_t resource_version_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::string describe(const object_fields& object) {
  constexpr std::size_t name_bytes_max = 253; // what Kubernetes allows
  const auto kind = object.kind.empty() ? "an object" : one_line(object.kind, name_bytes_max);
  const auto name = one_line(object.name, name_bytes_max);
  if (object.name_space.empty())
    return name.empty() ? kind : fmt::format("{} {}", kind, name);
  return fmt::format("{} {}/{}", kind, one_line(object.name_space, name_bytes_max), name);
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line{text.substr(0, bytes_max)};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  std::replace_if(line.begin(), line.end(), is_control, ' ');
  if (text.size() > bytes_max)
    line += "...";
  return line;
}

} // namespace tallyman::kube
