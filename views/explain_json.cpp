#include "views/explain_view.hpp"
#include "views/inventory_text.hpp"

#include <nlohmann/json.hpp>

namespace tallyman {

namespace {

json json_of(const pod_explanation& pod) {
  return {{"uid", pod.uid},
          {"namespace", pod.name_space},
          {"name", pod.name},
          {"node", pod.node},
          {"node_known", pod.node_known},
          {"os", pod.os},
          {"architecture", pod.architecture},
          {"platform_certain", pod.platform_certain},
          {"waiting_on", pod.waiting_on.empty() ? json(nullptr) : json(pod.waiting_on)}};
}

} // namespace

json json_of(const image_explanation& shown) {
  auto all = json_of(shown.image);
  for (std::size_t i = 0; i < shown.owners.size(); ++i) {
    auto pods = json::array();
    for (const auto& pod : shown.owners[i].pods)
      pods.push_back(json_of(pod));
    all["owners"][i]["pods"] = std::move(pods);
  }
  all["next"] = shown.next;
  return all;
}

std::string json_text_of(const explanation& all) {
  auto shown = json::array();
  for (const auto& each : all.images)
    shown.push_back(json_of(each));
  return json_lines(shown);
}

} // namespace tallyman
