#include "views/csv.hpp"
#include "views/inventory_text.hpp"
#include "views/time_text.hpp"

namespace tallyman {

namespace {

std::string truth(bool value) {
  return value ? "true" : "false";
}

std::string time_field(std::int64_t time_ms) {
  return time_ms == 0 ? std::string{} : format_time(time_ms);
}

std::vector<std::string> fields_of(const image_row& image, const owner_row& owner) {
  return {image.image_id,
          image.architecture,
          image.name,
          image.os,
          image.runtime,
          truth(image.platform_provisional),
          owner.kind,
          owner.name_space,
          owner.name,
          owner.uid,
          truth(owner.provisional),
          std::to_string(owner.pods.size()),
          image.scan_state,
          std::to_string(image.failures),
          image.last_error,
          time_field(image.next_scan_at_ms),
          time_field(image.scanned_at_ms),
          time_field(image.first_seen_at_ms),
          time_field(image.owner_changed_at_ms),
          time_field(image.last_seen_at_ms)};
}

} // namespace

void write_inventory_csv(const inventory_view& inventory, output& out) {
  out.write(csv_record({"image_id",
                        "architecture",
                        "name",
                        "os",
                        "runtime",
                        "platform_provisional",
                        "owner_kind",
                        "owner_namespace",
                        "owner_name",
                        "owner_uid",
                        "owner_provisional",
                        "pods",
                        "scan_state",
                        "scan_failures",
                        "scan_last_error",
                        "next_scan_at",
                        "scanned_at",
                        "first_seen_at",
                        "owner_changed_at",
                        "last_seen_at"}));
  for (const auto& image : inventory.images) {
    for (const auto& owner : image.owners)
      out.write(csv_record(fields_of(image, owner)));
    if (image.owners.empty())
      out.write(csv_record(fields_of(image, {})));
  }
}

} // namespace tallyman
