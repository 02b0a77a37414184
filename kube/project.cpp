#include "kube/project.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tallyman::kube {

namespace {

/// 0 if it is no number.
std::uint64_t resource_version_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

constexpr std::size_t printed_name_bytes_max = 253; // what Kubernetes allows

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

std::uint32_t instance_of(std::string_view container_id) {
  if (container_id.empty())
    return 0;
  return std::max(static_cast<std::uint32_t>(XXH3_64bits(container_id.data(), container_id.size())),
                  std::uint32_t{1});
}

bool is_too_long(std::string_view text) {
  return text.size() > string_bytes_max;
}

/// Draws the facts of one object.
class projector {
public:
  projector(const object_fields& object, interner& strings, fact_batch& batch,
            std::vector<std::string>& notes)
      : object_(object), strings_(strings), batch_(batch), notes_(notes) {}

  pod_observed pod() {
    pod_observed seen;
    seen.id = parse_uid(object_.uid, strings_);
    seen.name_space = strings_(object_.name_space);
    seen.node = kept(object_.node_name, "node");
    seen.name = batch_.add_text(object_.name);
    seen.controller = controller();
    seen.resource_version = resource_version_number(object_.resource_version);
    seen.containers = containers();
    seen.phase = phase_of(object_.phase);
    seen.deleting = object_.deleting;
    return seen;
  }

  // A node that was made by hand, or whose kubelet has not reported yet, has an empty nodeInfo.
  node_observed node() {
    const auto architecture =
        first_of({object_.architecture, object_.label_architecture, object_.beta_label_architecture});
    const auto os = first_of({object_.os, object_.label_os, object_.beta_label_os});
    return {parse_uid(object_.uid, strings_), strings_(object_.name),
            kept_in_lower_case(architecture, "architecture"), kept_in_lower_case(os, "operating system"),
            resource_version_number(object_.resource_version)};
  }

  workload_observed workload() {
    workload_observed seen;
    seen.id = parse_uid(object_.uid, strings_);
    seen.kind = strings_(object_.kind);
    seen.api_version = strings_(object_.api_version);
    seen.name_space = strings_(object_.name_space);
    seen.name = batch_.add_text(object_.name);
    seen.controller = controller();
    seen.resource_version = resource_version_number(object_.resource_version);
    return seen;
  }

private:
  controller_ref controller() {
    const auto& owner = object_.controller;
    if (!owner)
      return {};
    return {parse_uid(owner->uid, strings_), strings_(owner->kind), strings_(owner->api_version),
            batch_.add_text(owner->name)};
  }

  // By list and not in the order of the text, in which the lists may come in any order.
  pool_slice containers() {
    using enum container_list;
    const auto first = batch_.containers.size();
    for (const auto list : {regular, init, ephemeral, volume})
      for (const auto& spec : object_.containers)
        if (spec.list == list)
          add(spec, object_.status_of(spec.name, list));
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(batch_.containers.size() - first)};
  }

  void add(const container_spec& spec, const container_status* status) {
    const container_status none;
    const auto& said = status == nullptr ? none : *status;
    const auto runtime = runtime_of(said.container_id);
    if (is_too_long(spec.name) || is_too_long(spec.image) || is_too_long(said.image_id) ||
        is_too_long(runtime)) {
      leave_out(fmt::format("container {}", one_line(spec.name, printed_name_bytes_max)));
      return;
    }
    batch_.containers.push_back({strings_(spec.name), strings_(spec.image), strings_(said.image_id),
                                 strings_(runtime), spec.list, instance_of(said.container_id)});
  }

  string_id kept(std::string_view text, std::string_view what) {
    if (!is_too_long(text))
      return strings_(text);
    leave_out(what);
    return {};
  }

  // Some kubelets report "Linux" or "AMD64" where others do not.
  string_id kept_in_lower_case(std::string_view text, std::string_view what) {
    if (std::none_of(text.begin(), text.end(), is_upper))
      return kept(text, what);
    std::string lower{text};
    std::for_each(lower.begin(), lower.end(),
                  [](char& c) { c = is_upper(c) ? static_cast<char>(c | 0x20) : c; });
    return kept(lower, what);
  }

  static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

  void leave_out(std::string_view what) {
    notes_.push_back(fmt::format("{}: its {} is left out: it has text of more than {} bytes",
                                 describe(object_), what, string_bytes_max));
  }

  const object_fields& object_;
  interner& strings_;
  fact_batch& batch_;
  std::vector<std::string>& notes_;
};

error bad_object(const object_fields& object, std::string_view problem) {
  return {error_kind::bad_input, fmt::format("{} {}", describe(object), problem)};
}

} // namespace

result<void> check(const object_fields& object, kind_role role) {
  if (object.uid.empty())
    return bad_object(object,
                      "has no metadata.uid, without which it cannot be told from a later one of its name");
  if (object.name.empty() && role == kind_role::node)
    return bad_object(object, "has no metadata.name, by which its pods refer to it");
  const auto& owner = object.controller;
  if (owner && owner->uid.empty())
    return bad_object(object, "has a controller reference without uid");
  struct named_text {
    std::string_view text;
    std::string_view path;
  };
  for (const auto& [text, path] :
       {named_text{object.kind, "kind"}, named_text{object.api_version, "apiVersion"},
        named_text{object.name, "metadata.name"}, named_text{object.name_space, "metadata.namespace"},
        named_text{object.uid, "metadata.uid"}})
    if (is_too_long(text))
      return bad_object(object, fmt::format("has a {} of more than {} bytes", path, string_bytes_max));
  if (owner && (is_too_long(owner->kind) || is_too_long(owner->api_version) || is_too_long(owner->name) ||
                is_too_long(owner->uid)))
    return bad_object(
        object, fmt::format("has a controller reference with text of more than {} bytes", string_bytes_max));
  return {};
}

void project_observed(const object_fields& object, kind_role role, interner& strings, observations& out,
                      std::vector<std::string>& notes) {
  auto& batch = out.batch;
  projector projected{object, strings, batch, notes};
  switch (role) {
  case kind_role::pod:
    batch.facts.push_back({0, projected.pod()});
    break;
  case kind_role::node:
    batch.facts.push_back({0, projected.node()});
    break;
  default:
    batch.facts.push_back({0, projected.workload()});
  }
}

void project_gone(const object_fields& object, kind_role role, interner& strings, observations& out) {
  const auto id = parse_uid(object.uid, strings);
  const auto version = resource_version_number(object.resource_version);
  auto& facts = out.batch.facts;
  switch (role) {
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

std::string describe(const object_fields& object) {
  const auto kind = object.kind.empty() ? "an object" : one_line(object.kind, printed_name_bytes_max);
  const auto name = one_line(object.name, printed_name_bytes_max);
  if (object.name_space.empty())
    return name.empty() ? kind : fmt::format("{} {}", kind, name);
  return fmt::format("{} {}/{}", kind, one_line(object.name_space, printed_name_bytes_max), name);
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
