#include "cli/terminal/history_table.hpp"

#include "cli/terminal/inventory_table.hpp"
#include "cli/terminal/table.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::cli {

namespace {

std::string owner_of(const history_view& history, const history_entry& entry) {
  return shown_owner(history.text(entry.who.kind), history.text(entry.who.name_space), entry.who.name);
}

/// Whether several owners have the name that was asked for.
bool has_several_owners(const history_view& history) {
  const auto& entries = history.told.entries;
  return history.of_owner && std::any_of(entries.begin(), entries.end(), [&](const history_entry& entry) {
           return owner_of(history, entry) != owner_of(history, entries.front());
         });
}

std::string details_of(const history_view& history, const history_entry& entry, bool tells_owners) {
  if (names_owner(entry))
    return tells_owners ? owner_of(history, entry) : std::string{};
  if (names_scan(entry))
    return fmt::format("{} failed, next try at {}: {}", entry.failures, format_time(entry.next_scan_at_ms),
                       entry.error);
  return {};
}

} // namespace

void write_history_table(const history_view& history, output& out) {
  table rows{
      {{"TIME"}, {"SEQUENCE", table::align::right}, {"IMAGE"}, {"DIGEST"}, {"ARCH"}, {"WHAT"}, {"DETAILS"}}};
  const bool tells_owners = !history.of_owner || has_several_owners(history);
  for (const auto& entry : history.told.entries) {
    const auto name = history.text(entry.image.name);
    rows.add({format_time(entry.time_ms), std::to_string(entry.sequence), name,
              short_image_id(history.text(entry.image.image_id), name),
              history.text(entry.image.architecture), word_of(entry, history.of_owner),
              details_of(history, entry, tells_owners)});
  }
  out.write(rows.text());
  out.write(fmt::format("\n{} in events {} to {} of {}\n",
                        counted(history.told.entries.size(), "entry", "entries"), history.from, history.to,
                        printable(history.cluster)));
}

} // namespace tallyman::cli
