#include "model/naive_model.hpp"
#include "model/naive_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// What most say; of what as many say, the first. Who says nothing has no vote.
std::string most_of(const std::vector<std::string>& said) {
  std::map<std::string, int> counts;
  for (const auto& each : said)
    if (!each.empty())
      ++counts[each];
  std::string most;
  for (const auto& [text, count] : counts)
    if (most.empty() || count > counts[most])
      most = text;
  return most;
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
    says += fmt::format("|{}|{}|{}|{}|{}|{}", each.name, each.image, each.image_id, each.runtime,
                        static_cast<int>(each.list), each.instance);
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
             fmt::format("{} {}/{} {}", each.owner.kind, namespace_of(each.owner.uid), each.owner.name,
                         each.owner.uid),
             each.waiting_on,
             each.architecture,
             each.os,
             each.platform_certain,
             {}};
    shown.counted = each.counted;
    show(view, shown);
  }
  show_images(view, pods);
  for (const auto& [key, each] : images_) {
    std::vector<std::string> systems{each.left.os}, runtimes{each.left.runtime};
    if (!each.pods.empty())
      systems.clear(), runtimes.clear();
    for (const auto& [uid, member] : each.pods) {
      systems.push_back(member.os);
      runtimes.push_back(member.runtime);
    }
    const bool provisional =
        each.pods.empty() ? !each.left.platform_certain
                          : std::none_of(each.pods.begin(), each.pods.end(),
                                         [](const auto& member) { return member.second.platform_certain; });
    const auto& scanned = scans_.at(identity_of(key));
    view[fmt::format("history {}|{}|{}", std::get<0>(key), std::get<1>(key), std::get<2>(key))] = fmt::format(
        "os {} runtime {} provisional {} scanned {} at {} private {} failures {} '{}' next {} first {} "
        "owner {} v{} acknowledged {} at {} asked {} pods {} idle {}",
        most_of(systems), most_of(runtimes), provisional, scanned.scanned, scanned.scanned_at,
        scanned.image_private, scanned.failures, scanned.last_error, scanned.next_scan, each.first_seen,
        each.owner_changed, each.version, each.acknowledged, each.acknowledged_at, each.asked_at,
        each.pods.size(), each.pods.empty() ? each.idle_since : 0);
  }
  for (const auto& [kind, each] : positions_)
    view["position " + kind] = fmt::format("{} {} {}", each.version, each.listed_at, each.items);
  for (const auto& [uid, gone] : gone_)
    view["gone " + uid] = fmt::format("{} {}", gone.kind, gone.version);
  for (const auto& [uid, kind] : kinds_)
    view["object " + uid] = kind;
  view["cluster"] = fmt::format("sequence {} time {} grace {}", sequence_, time_, grace_);
  return view;
}

} // namespace tallyman::testing
