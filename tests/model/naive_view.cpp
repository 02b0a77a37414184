#include "model/naive_model.hpp"
#include "model/naive_rules.hpp"

#include <fmt/format.h>

namespace tallyman::testing {

namespace {

/// A pod as it is to be shown.
struct shown_pod {
  const true_pod* seen = nullptr;
  std::string owner;
  std::string waiting_on;
  std::string architecture;
  std::string os;
  bool platform_certain = false;
  std::vector<true_container> counted;
};

std::string reference_text(const true_reference& ref) {
  return fmt::format("{}|{}|{}|{}", ref.uid, ref.kind, ref.api_version, ref.name);
}

void show(text_view& view, const true_node& node) {
  view["node " + node.name] = fmt::format("{} {}/{}", node.uid, node.architecture, node.os);
}

void show(text_view& view, const true_workload& each) {
  view["workload " + each.uid] = fmt::format("{} {} {}/{} under {}", each.kind, each.api_version,
                                             each.name_space, each.name, each.controller.uid);
}

std::string image_text(const shown_pod& pod, const true_container& one) {
  return fmt::format("{}|{}|{}", one.image_id, pod.architecture, one.image);
}

void show(text_view& view, const shown_pod& pod) {
  const auto& seen = *pod.seen;
  auto line = fmt::format("{}/{} phase {} on {} {}/{} {} under {} owner {} waits '{}'", seen.name_space,
                          seen.name, static_cast<int>(seen.phase), seen.node, pod.architecture, pod.os,
                          pod.platform_certain, seen.controller.uid, pod.owner, pod.waiting_on);
  for (const auto& one : pod.counted)
    line += fmt::format(" [{} {}]", image_text(pod, one), one.runtime);
  view["pod " + seen.uid] = line;
}

void show_images(text_view& view, const std::map<std::string, shown_pod>& pods) {
  std::map<std::string, std::map<std::string, const shown_pod*>> images;
  for (const auto& [uid, pod] : pods)
    for (const auto& one : pod.counted)
      images[image_text(pod, one)][uid] = &pod;
  for (const auto& [key, members] : images) {
    bool certain = false;
    std::map<std::string, int> owners;
    std::string line;
    for (const auto& [uid, pod] : members) {
      certain = certain || pod->platform_certain;
      ++owners[pod->owner];
      line += fmt::format(" [{} {} {} {}]", uid, pod->owner, pod->waiting_on.empty(), pod->platform_certain);
    }
    for (const auto& [owner, count] : owners)
      line += fmt::format(" ({} {})", owner, count);
    view["image " + key] = (certain ? "certain" : "provisional") + line;
  }
}

std::string owner_line(const true_reference& top, const true_pod& pod) {
  return fmt::format("{} {}/{} {}", top.kind, pod.name_space, top.name, top.uid);
}

} // namespace

std::string projection_of(const true_object& object) {
  if (const auto* node = std::get_if<true_node>(&object))
    return fmt::format("{}|{}|{}", node->name, node->architecture, node->os);
  if (const auto* workload = std::get_if<true_workload>(&object))
    return fmt::format("{}|{}|{}|{}|{}", workload->kind, workload->api_version, workload->name_space,
                       workload->name, reference_text(workload->controller));
  const auto& pod = std::get<true_pod>(object);
  auto says = fmt::format("{}|{}|{}|{}|{}|{}", pod.name_space, pod.name, pod.node,
                          reference_text(pod.controller), static_cast<int>(pod.phase), pod.deleting);
  for (const auto& each : pod.containers)
    says += fmt::format("|{}|{}|{}|{}|{}", each.name, each.image, each.image_id, each.runtime,
                        static_cast<int>(each.list));
  return says;
}

text_view naive_model::view() const {
  text_view view;
  for (const auto& [name, node] : nodes_)
    show(view, node);
  for (const auto& [uid, workload] : workloads_)
    show(view, workload);
  std::map<std::string, shown_pod> pods;
  for (const auto& [uid, each] : pods_) {
    auto& shown = pods[uid];
    shown = {&each.seen,
             owner_line({each.owner.uid, each.owner.kind, "", each.owner.name}, each.seen),
             each.waiting_on,
             each.architecture,
             each.os,
             each.platform_certain,
             {}};
    for (const auto& one : each.counted)
      shown.counted.push_back({"", one.name, one.image_id, one.runtime});
    show(view, shown);
  }
  show_images(view, pods);
  for (const auto& [key, each] : images_)
    view[fmt::format("history {}|{}|{}", std::get<0>(key), std::get<1>(key), std::get<2>(key))] = fmt::format(
        "os {} runtime {} scanned {} at {} private {} failures {} '{}' next {} first {} owner {} v{} "
        "acknowledged {} at {} asked {} pods {} idle {} identity {}",
        each.os, each.runtime, each.scanned, each.scanned_at, each.image_private, each.failures,
        each.last_error, each.next_scan, each.first_seen, each.owner_changed, each.version, each.acknowledged,
        each.acknowledged_at, each.asked_at, each.pods.size(), each.pods.empty() ? each.idle_since : 0,
        each.scanned ? each.scanned_at : 0);
  for (const auto& [kind, each] : positions_)
    view["position " + kind] = fmt::format("{} {} {}", each.version, each.listed_at, each.items);
  for (const auto& uid : gone_)
    view["gone " + uid];
  for (const auto& [uid, kind] : kinds_)
    view["object " + uid] = kind;
  view["cluster"] = fmt::format("sequence {} time {} grace {}", sequence_, time_, grace_);
  return view;
}

text_view inventory_of(const std::map<std::string, true_object>& objects) {
  text_view view;
  std::map<std::string, shown_pod> pods;
  const auto find_workload = [&](const std::string& uid) {
    const auto found = objects.find(uid);
    return found == objects.end() ? nullptr : std::get_if<true_workload>(&found->second);
  };
  for (const auto& [uid, object] : objects) {
    if (const auto* node = std::get_if<true_node>(&object))
      show(view, *node);
    else if (const auto* workload = std::get_if<true_workload>(&object))
      show(view, *workload);
    else
      pods[uid].seen = &std::get<true_pod>(object);
  }
  for (auto& [uid, pod] : pods) {
    const auto& seen = *pod.seen;
    const auto end = top_of(seen.controller, find_workload);
    pod.owner =
        owner_line(is_own_owner(seen.controller) ? true_reference{uid, "Pod", "", seen.name} : end.top, seen);
    pod.waiting_on = end.waiting_on;
    pod.architecture = "amd64";
    pod.os = "linux";
    for (const auto& [other, object] : objects)
      if (const auto* node = std::get_if<true_node>(&object);
          node != nullptr && node->name == seen.node && !node->architecture.empty() && !node->os.empty()) {
        pod.architecture = node->architecture;
        pod.os = node->os;
        pod.platform_certain = true;
      }
    if (seen.phase == pod_phase::running)
      pod.counted = counted_containers(seen);
    show(view, pod);
  }
  show_images(view, pods);
  return view;
}

} // namespace tallyman::testing
