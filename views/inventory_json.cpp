#include "views/inventory_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tallyman {

namespace {

json json_of(const owner_row& owner) {
  return {{"kind", owner.kind}, {"namespace", owner.name_space},    {"name", owner.name},
          {"uid", owner.uid},   {"provisional", owner.provisional}, {"pods", owner.pods}};
}

} // namespace

json json_of(const image_row& image) {
  auto owners = json::array();
  for (const auto& owner : image.owners)
    owners.push_back(json_of(owner));
  json scan = {{"state", image.scan_state},
               {"failures", image.failures},
               {"last_error", image.last_error.empty() ? json(nullptr) : json(image.last_error)},
               {"next_scan_at", json_time(image.next_scan_at_ms)},
               {"scanned_at", json_time(image.scanned_at_ms)}};
  return {{"image_id", image.image_id},
          {"name", image.name},
          {"architecture", image.architecture},
          {"os", image.os},
          {"runtime", image.runtime},
          {"platform_provisional", image.platform_provisional},
          {"owners", std::move(owners)},
          {"scan", std::move(scan)},
          {"first_seen_at", json_time(image.first_seen_at_ms)},
          {"last_seen_at", json_time(image.last_seen_at_ms)},
          {"owner_changed_at", json_time(image.owner_changed_at_ms)}};
}

void write_inventory_json(const inventory_view& inventory, output& out) {
  out.write(fmt::format("{{\"cluster\":{},\"sequence\":{},\"at\":{},\"images\":[",
                        json_line(inventory.cluster), inventory.sequence,
                        json_line(json_time(inventory.at_ms))));
  const char* separator = "\n";
  for (const auto& image : inventory.images) {
    out.write(separator + json_line(json_of(image)));
    separator = ",\n";
  }
  out.write(inventory.images.empty() ? "]" : "\n]");
  auto without_digest = json::array();
  for (const auto& image : inventory.without_digest)
    without_digest.push_back(json_of(image));
  out.write(without_digest.empty() ? "}\n" : ",\"without_digest\":" + json_line(without_digest) + "}\n");
}

} // namespace tallyman
