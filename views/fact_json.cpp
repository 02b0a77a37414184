#include "views/fact_json.hpp"

#include "views/json_text.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace tallyman {

namespace {

std::string_view to_string(pod_phase phase) {
  switch (phase) {
  case pod_phase::unknown:
    return "Unknown";
  case pod_phase::pending:
    return "Pending";
  case pod_phase::running:
    return "Running";
  case pod_phase::succeeded:
    return "Succeeded";
  case pod_phase::failed:
    return "Failed";
  }
  return "?";
}

std::string_view to_string(container_list list) {
  switch (list) {
  case container_list::regular:
    return "regular";
  case container_list::init:
    return "init";
  case container_list::ephemeral:
    return "ephemeral";
  case container_list::volume:
    return "volume";
  }
  return "?";
}

std::string_view to_string(gone_reason reason) {
  switch (reason) {
  case gone_reason::deleted:
    return "deleted";
  case gone_reason::relist:
    return "relist";
  case gone_reason::replaced:
    return "replaced";
  }
  return "?";
}

std::string_view to_string(scan_outcome outcome) {
  switch (outcome) {
  case scan_outcome::succeeded:
    return "succeeded";
  case scan_outcome::failed:
    return "failed";
  case scan_outcome::image_private:
    return "image_private";
  }
  return "?";
}

/// Adds the fields of each kind of fact to `all`.
class field_adder {
public:
  field_adder(json& all, const fact_batch& batch, const string_table& strings)
      : all_(all), batch_(batch), strings_(strings) {}

  void operator()(const pod_observed& pod) const {
    all_["type"] = "pod_observed";
    all_["uid"] = text(pod.id);
    all_["namespace"] = text(pod.name_space);
    all_["name"] = batch_.text(pod.name);
    all_["node"] = text(pod.node);
    all_["phase"] = to_string(pod.phase);
    all_["deleting"] = pod.deleting;
    all_["controller"] = controller(pod.controller);
    all_["resource_version"] = pod.resource_version;
    auto containers = json::array();
    for (auto each = batch_.begin_of(pod.containers); each != batch_.end_of(pod.containers); ++each)
      containers.push_back(container_json(*each));
    all_["containers"] = std::move(containers);
  }

  void operator()(const pod_gone& pod) const { gone("pod_gone", pod.id, pod.resource_version, pod.reason); }

  void operator()(const node_observed& node) const {
    all_["type"] = "node_observed";
    all_["uid"] = text(node.id);
    all_["name"] = text(node.name);
    all_["architecture"] = text(node.architecture);
    all_["os"] = text(node.os);
    all_["resource_version"] = node.resource_version;
  }

  void operator()(const node_gone& node) const {
    gone("node_gone", node.id, node.resource_version, node.reason);
    all_["name"] = text(node.name);
  }

  void operator()(const workload_observed& workload) const {
    all_["type"] = "workload_observed";
    all_["uid"] = text(workload.id);
    all_["kind"] = text(workload.kind);
    all_["api_version"] = text(workload.api_version);
    all_["namespace"] = text(workload.name_space);
    all_["name"] = batch_.text(workload.name);
    all_["controller"] = controller(workload.controller);
    all_["resource_version"] = workload.resource_version;
  }

  void operator()(const workload_gone& workload) const {
    gone("workload_gone", workload.id, workload.resource_version, workload.reason);
    all_["kind"] = text(workload.kind);
    all_["api_version"] = text(workload.api_version);
  }

  void operator()(const scan_finished& scan) const {
    identity("scan_finished", scan.image_id, scan.architecture);
    all_["outcome"] = to_string(scan.outcome);
    all_["error"] = batch_.text(scan.error);
    all_["wait_ms"] = scan.wait_ms;
  }

  void operator()(const remote_answered& answer) const {
    identity("remote_answered", answer.image_id, answer.architecture);
    all_["scanned"] = answer.scanned;
  }

  void operator()(const remote_acknowledged& ack) const {
    identity("remote_acknowledged", ack.image_id, ack.architecture);
    all_["name"] = text(ack.name);
    all_["version"] = ack.version;
  }

  void operator()(const list_synced& list) const {
    all_["type"] = "list_synced";
    all_["kind"] = text(list.kind);
    all_["api_version"] = text(list.api_version);
    all_["resource_version"] = batch_.text(list.resource_version);
    all_["items"] = list.items;
  }

  void operator()(const bookmarked& mark) const {
    all_["type"] = "bookmarked";
    all_["kind"] = text(mark.kind);
    all_["api_version"] = text(mark.api_version);
    all_["resource_version"] = batch_.text(mark.resource_version);
  }

  void operator()(const settings_changed& settings) const {
    all_["type"] = "settings_changed";
    all_["scan_grace_ms"] = settings.scan_grace_ms;
    all_["rules"] = static_cast<int>(settings.rules);
    all_["list_anew"] = settings.list_anew;
    all_["followed"] = batch_.text(settings.followed);
  }

private:
  std::string_view text(string_id id) const { return strings_.text(id); }
  std::string text(const uid& id) const { return tallyman::to_string(id, strings_); }

  void gone(std::string_view type, const uid& id, std::uint64_t version, gone_reason reason) const {
    all_["type"] = type;
    all_["uid"] = text(id);
    all_["reason"] = to_string(reason);
    all_["resource_version"] = version;
  }

  void identity(std::string_view type, string_id image_id, string_id architecture) const {
    all_["type"] = type;
    all_["image_id"] = text(image_id);
    all_["architecture"] = text(architecture);
  }

  json controller(const controller_ref& reference) const {
    if (reference.empty())
      return nullptr;
    return {{"kind", text(reference.kind)},
            {"api_version", text(reference.api_version)},
            {"name", batch_.text(reference.name)},
            {"uid", text(reference.id)}};
  }

  json container_json(const container& each) const {
    return {{"name", text(each.name)},         {"list", to_string(each.list)},  {"image", text(each.image)},
            {"image_id", text(each.image_id)}, {"runtime", text(each.runtime)}, {"instance", each.instance}};
  }

  json& all_;
  const fact_batch& batch_;
  const string_table& strings_;
};

} // namespace

std::string json_line_of(std::uint64_t sequence, const fact& item, const fact_batch& batch,
                         const string_table& strings) {
  json all = {{"sequence", sequence}, {"time", json_time(item.time_ms)}};
  std::visit(field_adder{all, batch, strings}, item.body);
  return json_line(all);
}

} // namespace tallyman
