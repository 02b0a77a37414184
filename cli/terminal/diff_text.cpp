#include "cli/terminal/diff_text.hpp"

#include "cli/terminal/table.hpp"
#include "views/csv.hpp"
#include "views/inventory_text.hpp"
#include "views/json_text.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tallyman::cli {

namespace {

/// Calls `row` with (change, image, owner) for every owner of an image that was gained or lost.
template <class Row>
void for_each_change(const state_difference& difference, Row row) {
  const auto each_owner = [&](const char* change, const image_text& image,
                              const std::vector<owner_text>& owners) {
    for (const auto& owner : owners)
      row(change, image, owner);
  };
  for (const auto& each : difference.images_gained)
    each_owner("image-gained", each.image, each.owners);
  for (const auto& each : difference.images_lost)
    each_owner("image-lost", each.image, each.owners);
  for (const auto& each : difference.images_changed) {
    each_owner("owner-gained", each.image, each.owners_gained);
    each_owner("owner-lost", each.image, each.owners_lost);
  }
}

std::string text_of(const shown_difference::end& end) {
  return end.at_ms == 0 ? fmt::format("sequence {}", end.sequence)
                        : fmt::format("sequence {} of {}", end.sequence, format_time(end.at_ms));
}

std::string gained_and_lost(std::size_t gained, std::size_t lost, const char* one, const char* many) {
  return fmt::format("{} gained, {} lost", counted(gained, one, many), with_separators(lost));
}

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

json json_of(const shown_difference::end& end) {
  return {{"sequence", end.sequence}, {"at", json_time(end.at_ms)}};
}

} // namespace

void write_diff_table(const shown_difference& shown, output& out) {
  const auto& difference = shown.difference;
  table rows{{{"CHANGE"}, {"IMAGE"}, {"DIGEST"}, {"ARCH"}, {"OWNER"}}};
  for_each_change(difference, [&](const char* change, const image_text& image, const owner_text& owner) {
    rows.add({change, image.name, short_image_id(image.image_id, image.name), image.architecture,
              shown_owner(owner.kind, owner.name_space, owner.name)});
  });
  out.write(difference.empty() ? "nothing changed\n" : rows.text());
  out.write(fmt::format(
      "\n{}; {}\nfrom {} to {} in {}\n",
      gained_and_lost(difference.images_gained.size(), difference.images_lost.size(), "image", "images"),
      gained_and_lost(difference.owners_gained.size(), difference.owners_lost.size(), "owner", "owners"),
      text_of(shown.from), text_of(shown.to), printable(shown.cluster)));
}

void write_diff_json(const shown_difference& shown, output& out) {
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

void write_diff_csv(const shown_difference& shown, output& out) {
  out.write(csv_record({"change", "image_id", "architecture", "name", "owner_kind", "owner_namespace",
                        "owner_name", "owner_uid"}));
  for_each_change(shown.difference,
                  [&](const char* change, const image_text& image, const owner_text& owner) {
                    out.write(csv_record({change, image.image_id, image.architecture, image.name, owner.kind,
                                          owner.name_space, owner.name, owner.uid}));
                  });
}

} // namespace tallyman::cli
