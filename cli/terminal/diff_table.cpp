#include "cli/terminal/diff_table.hpp"

#include "cli/terminal/inventory_table.hpp"
#include "cli/terminal/table.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

std::string text_of(const diff_view::end& end) {
  return end.at_ms == 0 ? fmt::format("sequence {}", end.sequence)
                        : fmt::format("sequence {} of {}", end.sequence, format_time(end.at_ms));
}

std::string gained_and_lost(std::size_t gained, std::size_t lost, const char* one, const char* many) {
  return fmt::format("{} gained, {} lost", counted(gained, one, many), with_separators(lost));
}

} // namespace

void write_diff_table(const diff_view& shown, output& out) {
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

} // namespace tallyman::cli
