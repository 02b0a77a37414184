#include "cli/terminal/inventory_table.hpp"

#include "cli/terminal/table.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::cli {

namespace {

constexpr std::size_t digest_digits = 12;
constexpr std::size_t image_id_bytes_max = 40;
constexpr std::string_view uncertain = "?";

/// Of a length that no tag or port has by chance.
bool is_hexadecimal(std::string_view text) {
  constexpr std::size_t digits_min = 32;
  return text.size() >= digits_min && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string platform_of(const image_row& image) {
  auto shown =
      image.os.empty() || image.os == "linux" ? image.architecture : image.os + '/' + image.architecture;
  return image.platform_provisional ? shown.append(uncertain) : shown;
}

std::string owners_of(const image_row& image) {
  if (image.owners.empty())
    return "-";
  const auto& first = image.owners.front();
  auto shown = shown_owner(first.kind, first.name_space, first.name);
  if (first.provisional)
    shown += uncertain;
  if (image.owners.size() > 1)
    shown += fmt::format(" +{}", image.owners.size() - 1);
  return shown;
}

std::string scan_of(const image_row& image, std::int64_t now_ms) {
  if (image.scan_state == "backing-off")
    return fmt::format("retry in {} ({} failed)", format_duration(image.next_scan_at_ms - now_ms),
                       image.failures);
  return image.failures == 0 ? image.scan_state
                             : fmt::format("{} ({} failed)", image.scan_state, image.failures);
}

std::string ago(std::int64_t time_ms, std::int64_t now_ms) {
  return time_ms == 0 ? "-" : format_duration(now_ms - time_ms) + " ago";
}

bool anything_uncertain(const inventory_view& inventory) {
  return std::any_of(inventory.images.begin(), inventory.images.end(), [](const image_row& image) {
    return image.platform_provisional ||
           std::any_of(image.owners.begin(), image.owners.end(),
                       [](const owner_row& owner) { return owner.provisional; });
  });
}

} // namespace

std::string short_image_id(const std::string& image_id, const std::string& name) {
  if (image_id == name)
    return "-";
  const auto front = image_id.find_last_of("@/");
  const auto digest = std::string_view{image_id}.substr(front == std::string::npos ? 0 : front + 1);
  const auto colon = digest.find(':');
  if (colon != std::string_view::npos && is_hexadecimal(digest.substr(colon + 1)))
    return std::string{digest.substr(0, colon + 1 + digest_digits)};
  const auto start = cut(image_id, image_id_bytes_max);
  return start.size() == image_id.size() ? image_id : std::string{start} + "…";
}

void write_inventory_table(const inventory_view& inventory, std::int64_t now_ms, output& out) {
  using enum table::align;
  table rows{{{"IMAGE"},
              {"DIGEST"},
              {"ARCH"},
              {"OWNERS"},
              {"PODS", right},
              {"SCAN"},
              {"FIRST SEEN", right},
              {"LAST SEEN", right}}};
  for (const auto& image : inventory.images)
    rows.add({image.name, short_image_id(image.image_id, image.name), platform_of(image), owners_of(image),
              std::to_string(image.pod_count()), scan_of(image, now_ms), ago(image.first_seen_at_ms, now_ms),
              image.owners.empty() ? ago(image.last_seen_at_ms, now_ms) : "now"});
  out.write(rows.text());
  const auto totals = totals_of(inventory);
  out.write(fmt::format("\n{}, {}, {} in {} at sequence {}",
                        counted(inventory.images.size(), "image", "images"),
                        counted(totals.owners, "owner", "owners"), counted(totals.pods, "pod", "pods"),
                        printable(inventory.cluster), inventory.sequence));
  out.write(inventory.at_ms == 0 ? "\n" : fmt::format(" of {}\n", format_time(inventory.at_ms)));
  if (!inventory.without_digest.empty())
    out.write(counted(inventory.without_digest.size(), "image volume", "image volumes") +
              " besides, without a digest as yet:\n");
  for (const auto& image : inventory.without_digest)
    out.write(fmt::format("  {} of {}\n", printable(image.name), printable(owners_of(image))));
  if (anything_uncertain(inventory))
    out.write("? = not certain yet: the node, or a parent of the owner, has not been seen\n");
}

} // namespace tallyman::cli
