#include "kube/reference_projection.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <map>
#include <set>
#include <stdexcept>

namespace tallyman::kube::testing {

namespace {

using nlohmann::json;

const json& member(const json& object, const char* key) {
  static const json absent;
  if (object.is_null())
    return absent;
  if (!object.is_object())
    throw std::runtime_error("not an object");
  const auto found = object.find(key);
  return found == object.end() ? absent : *found;
}

std::string text(const json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_null() ? std::string{} : value.get<std::string>();
}

std::vector<json> elements(const json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_null() ? std::vector<json>{} : value.get<std::vector<json>>();
}

std::uint64_t version(const json& object) {
  const auto digits = text(member(object, "metadata"), "resourceVersion");
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} && *end == '\0' && end == digits.data() + digits.size() ? number : 0;
}

json controller(const json& object) {
  for (const auto& owner : elements(member(object, "metadata"), "ownerReferences")) {
    const auto& flag = member(owner, "controller");
    if (!flag.is_null() && flag.get<bool>())
      return owner;
  }
  return {};
}

std::string controller_text(const json& object) {
  const auto owner = controller(object);
  if (owner.is_null())
    return "-";
  if (text(owner, "uid").empty())
    throw std::runtime_error("controller without uid");
  return fmt::format("{} {} {} {}", text(owner, "apiVersion"), text(owner, "kind"), text(owner, "name"),
                     text(owner, "uid"));
}

std::string runtime(const std::string& container_id) {
  const auto at = container_id.find("://");
  return at == std::string::npos || at != container_id.rfind("://") ? "" : container_id.substr(0, at);
}

std::string containers(const json& pod, const char* specs, const char* statuses, int list) {
  std::string all;
  for (const auto& spec : elements(member(pod, "spec"), specs)) {
    std::string image_id;
    std::string scheme;
    for (const auto& status : elements(member(pod, "status"), statuses)) {
      if (text(status, "name") != text(spec, "name"))
        continue;
      image_id = text(status, "imageID");
      scheme = runtime(text(status, "containerID"));
      break;
    }
    all += fmt::format(" [{} {} {} {} {}]", list, text(spec, "name"), text(spec, "image"), image_id, scheme);
  }
  return all;
}

std::string volumes(const json& pod) {
  std::map<std::string, std::string> digests;
  for (const auto* list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
    for (const auto& status : elements(member(pod, "status"), list))
      for (const auto& mount : elements(status, "volumeMounts"))
        if (const auto digest = text(member(member(mount, "volumeStatus"), "image"), "imageRef");
            !digest.empty())
          digests.emplace(text(mount, "name"), digest);
  std::string all;
  for (const auto& volume : elements(member(pod, "spec"), "volumes"))
    if (const auto reference = text(member(volume, "image"), "reference"); !reference.empty())
      all += fmt::format(" [3 {} {} {} ]", text(volume, "name"), reference, digests[text(volume, "name")]);
  return all;
}

std::string lower(std::string text) {
  for (auto& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string pod_text(const json& pod) {
  const auto phase = text(member(pod, "status"), "phase");
  const int number = phase == "Pending"     ? 1
                     : phase == "Running"   ? 2
                     : phase == "Succeeded" ? 3
                     : phase == "Failed"    ? 4
                                            : 0;
  const auto& meta = member(pod, "metadata");
  return fmt::format("pod {} {}/{} node={} phase={} deleting={} rv={} controller={}{}{}{}{}",
                     text(meta, "uid"), text(meta, "namespace"), text(meta, "name"),
                     text(member(pod, "spec"), "nodeName"), number, !text(meta, "deletionTimestamp").empty(),
                     version(pod), controller_text(pod),
                     containers(pod, "containers", "containerStatuses", 0),
                     containers(pod, "initContainers", "initContainerStatuses", 1),
                     containers(pod, "ephemeralContainers", "ephemeralContainerStatuses", 2), volumes(pod));
}

std::string platform_part(const json& node, const char* info, const std::string& label) {
  const auto reported = text(member(member(node, "status"), "nodeInfo"), info);
  if (!reported.empty())
    return reported;
  const auto& labels = member(member(node, "metadata"), "labels");
  const auto current = text(labels, ("kubernetes.io/" + label).c_str());
  return current.empty() ? text(labels, ("beta.kubernetes.io/" + label).c_str()) : current;
}

std::string node_text(const json& node) {
  const auto& meta = member(node, "metadata");
  return fmt::format("node {} {} {}/{} rv={}", text(meta, "uid"), text(meta, "name"),
                     lower(platform_part(node, "architecture", "arch")),
                     lower(platform_part(node, "operatingSystem", "os")), version(node));
}

std::string group(const std::string& api_version) {
  return api_version.substr(0, api_version.find('/') == std::string::npos ? 0 : api_version.find('/'));
}

// Of the groups of a domain, those that Kubernetes itself serves and the recordings and mutations have.
bool is_custom(const std::string& group) {
  static const std::set<std::string> own{"events.k8s.io", "coordination.k8s.io", "discovery.k8s.io"};
  return group.find('.') != std::string::npos && !own.contains(group);
}

bool is_workload(const json& object) {
  static const std::set<std::string> built_in{
      "apps/ReplicaSet",       "apps/Deployment",       "apps/StatefulSet",     "apps/DaemonSet",
      "extensions/ReplicaSet", "extensions/Deployment", "extensions/DaemonSet", "batch/Job",
      "batch/CronJob",         "/ReplicationController"};
  const auto name = group(text(object, "apiVersion"));
  return built_in.contains(name + "/" + text(object, "kind")) || is_custom(name);
}

std::string role(const json& object) {
  const auto kind = text(object, "kind");
  if (kind.empty())
    throw std::runtime_error("no kind");
  if (group(text(object, "apiVersion")).empty() && (kind == "Pod" || kind == "Node" || kind == "Status"))
    return kind;
  return is_workload(object) ? "workload" : "";
}

std::string kind_text(const json& object) {
  const auto name = group(text(object, "apiVersion"));
  return text(object, "kind") + (name.empty() ? "" : ".") + name;
}

void add_object(const json& object, bool gone, std::vector<std::string>& lines) {
  const auto what = role(object);
  if (what.empty() || what == "Status")
    return;
  const auto& meta = member(object, "metadata");
  const auto uid = text(meta, "uid");
  if (uid.empty())
    throw std::runtime_error("no uid");
  const auto owner = controller_text(object);
  if (what == "Pod")
    lines.push_back(gone ? fmt::format("pod gone {} rv={}", uid, version(object)) : pod_text(object));
  else if (what == "Node")
    lines.push_back(gone ? fmt::format("node gone {} {} rv={}", uid, text(meta, "name"), version(object))
                         : node_text(object));
  else if (gone)
    lines.push_back(fmt::format("workload gone {} {} rv={}", uid, kind_text(object), version(object)));
  else
    lines.push_back(fmt::format("workload {} {} {} {}/{} rv={} controller={}", uid, text(object, "kind"),
                                text(object, "apiVersion"), text(meta, "namespace"), text(meta, "name"),
                                version(object), owner));
}

void add_event(const json& event, std::vector<std::string>& lines) {
  const auto type = text(event, "type");
  const auto& object = event.at("object");
  if (type == "ADDED" || type == "MODIFIED" || type == "DELETED")
    return add_object(object, type == "DELETED", lines);
  if (type == "ERROR")
    return;
  if (type != "BOOKMARK")
    throw std::runtime_error("unknown type");
  if (role(object) != "" && role(object) != "Status")
    lines.push_back(fmt::format("bookmark {} rv={}", kind_text(object),
                                text(member(object, "metadata"), "resourceVersion")));
}

void add_list(const json& list, std::vector<std::string>& lines) {
  const auto kind = text(list, "kind");
  for (auto item : list.at("items")) {
    if (kind.ends_with("List") && kind != "List") {
      if (text(item, "kind").empty())
        item["kind"] = kind.substr(0, kind.size() - 4);
      if (text(item, "apiVersion").empty())
        item["apiVersion"] = text(list, "apiVersion");
    }
    add_object(item, false, lines);
  }
}

} // namespace

std::vector<std::string> reference_lines(std::string_view text_of_value) {
  const auto value = json::parse(text_of_value);
  std::vector<std::string> all;
  if (value.is_object() && value.contains("items") && value["items"].is_array())
    add_list(value, all);
  else if (text(value, "kind").empty() && value.contains("object"))
    add_event(value, all);
  else
    add_object(value, false, all);
  return all;
}

} // namespace tallyman::kube::testing
