#include "views/diff_view.hpp"
#include "views/json_text.hpp"

#include <nlohmann/json.hpp>

namespace tallyman {

namespace {

json json_of(const owner_text& owner) {
  return {{"kind", owner.kind}, {"namespace", owner.name_space}, {"name", owner.name}, {"uid", owner.uid}};
}

json json_of(const std::vector<owner_text>& owners) {
  auto all = json::array();
  for (const auto& each : owners)
    all.push_back(json_of(each));
  return all;
}

json json_of(const image_text& image) {
  return {{"image_id", image.image_id}, {"name", image.name}, {"architecture", image.architecture}};
}

json json_of(const owned_images& images) {
  auto all = json::array();
  for (const auto& each : images) {
    all.push_back(json_of(each.image));
    all.back()["owners"] = json_of(each.owners);
  }
  return all;
}

json json_of(const std::vector<state_difference::changed_image>& images) {
  auto all = json::array();
  for (const auto& each : images) {
    all.push_back(json_of(each.image));
    all.back()["owners_gained"] = json_of(each.owners_gained);
    all.back()["owners_lost"] = json_of(each.owners_lost);
  }
  return all;
}

json json_of(const diff_view::end& end) {
  return {{"sequence", end.sequence}, {"at", json_time(end.at_ms)}};
}

} // namespace

void write_diff_json(const diff_view& shown, output& out) {
  const auto& difference = shown.difference;
  const json document = {{"cluster", shown.cluster},
                         {"from", json_of(shown.from)},
                         {"to", json_of(shown.to)},
                         {"images_gained", json_of(difference.images_gained)},
                         {"images_lost", json_of(difference.images_lost)},
                         {"images_changed", json_of(difference.images_changed)},
                         {"owners_gained", json_of(difference.owners_gained)},
                         {"owners_lost", json_of(difference.owners_lost)}};
  out.write(json_line(document) + '\n');
}

} // namespace tallyman
