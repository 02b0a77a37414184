#include "cli/terminal/history_text.hpp"

#include "cli/terminal/table.hpp"
#include "views/csv.hpp"
#include "views/inventory_text.hpp"
#include "views/json_text.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tallyman::cli {

namespace {

bool names_owner(const history_entry& entry) {
  return entry.kind == history_kind::owned || entry.kind == history_kind::owner_gained ||
         entry.kind == history_kind::owner_lost;
}

bool names_scan(const history_entry& entry) {
  return entry.kind == history_kind::scan_failed || entry.kind == history_kind::scan_refused;
}

/// "appeared", "owner-gained"; in an owner's history "image-gained".
std::string word_of(const history_entry& entry, bool of_owner) {
  if (of_owner && entry.kind == history_kind::owned)
    return "image-owned";
  if (of_owner && entry.kind == history_kind::owner_gained)
    return "image-gained";
  if (of_owner && entry.kind == history_kind::owner_lost)
    return "image-lost";
  return std::string{to_string(entry.kind)};
}

std::string text(const shown_history& history, string_id id) {
  return std::string{history.told.strings->text(id)};
}

std::string owner_of(const shown_history& history, const history_entry& entry) {
  return shown_owner(text(history, entry.who.kind), text(history, entry.who.name_space), entry.who.name);
}

/// Whether several owners have the name that was asked for.
bool has_several_owners(const shown_history& history) {
  const auto& entries = history.told.entries;
  return history.of_owner && std::any_of(entries.begin(), entries.end(), [&](const history_entry& entry) {
           return owner_of(history, entry) != owner_of(history, entries.front());
         });
}

std::string details_of(const shown_history& history, const history_entry& entry, bool tells_owners) {
  if (names_owner(entry))
    return tells_owners ? owner_of(history, entry) : std::string{};
  if (names_scan(entry))
    return fmt::format("{} failed, next try at {}: {}", entry.failures, format_time(entry.next_scan_at_ms),
                       entry.error);
  return {};
}

json json_of(const shown_history& history, const history_entry& entry) {
  json shown = {{"sequence", entry.sequence},
                {"time", json_time(entry.time_ms)},
                {"what", word_of(entry, history.of_owner)},
                {"image_id", text(history, entry.image.image_id)},
                {"name", text(history, entry.image.name)},
                {"architecture", text(history, entry.image.architecture)}};
  if (names_owner(entry))
    shown["owner"] = {{"kind", text(history, entry.who.kind)},
                      {"namespace", text(history, entry.who.name_space)},
                      {"name", entry.who.name},
                      {"uid", to_string(entry.who.id, *history.told.strings)}};
  if (names_scan(entry))
    shown["scan"] = {{"failures", entry.failures},
                     {"last_error", entry.error},
                     {"next_scan_at", json_time(entry.next_scan_at_ms)}};
  return shown;
}

} // namespace

void write_history_table(const shown_history& history, output& out) {
  table rows{
      {{"TIME"}, {"SEQUENCE", table::align::right}, {"IMAGE"}, {"DIGEST"}, {"ARCH"}, {"WHAT"}, {"DETAILS"}}};
  const bool tells_owners = !history.of_owner || has_several_owners(history);
  for (const auto& entry : history.told.entries) {
    const auto name = text(history, entry.image.name);
    rows.add({format_time(entry.time_ms), std::to_string(entry.sequence), name,
              short_image_id(text(history, entry.image.image_id), name),
              text(history, entry.image.architecture), word_of(entry, history.of_owner),
              details_of(history, entry, tells_owners)});
  }
  out.write(rows.text());
  out.write(fmt::format("\n{} in events {} to {} of {}\n",
                        counted(history.told.entries.size(), "entry", "entries"), history.from, history.to,
                        printable(history.cluster)));
}

void write_history_json(const shown_history& history, output& out) {
  out.write(fmt::format("{{\"cluster\":{},\"from_sequence\":{},\"to_sequence\":{},\"entries\":[",
                        json_line(history.cluster), history.from, history.to));
  const char* separator = "\n";
  for (const auto& entry : history.told.entries) {
    out.write(separator + json_line(json_of(history, entry)));
    separator = ",\n";
  }
  out.write(history.told.entries.empty() ? "]}\n" : "\n]}\n");
}

void write_history_csv(const shown_history& history, output& out) {
  out.write(csv_record({"sequence", "time", "what", "image_id", "architecture", "name", "owner_kind",
                        "owner_namespace", "owner_name", "owner_uid", "scan_failures", "scan_last_error",
                        "next_scan_at"}));
  for (const auto& entry : history.told.entries) {
    const bool owner = names_owner(entry), scan = names_scan(entry);
    out.write(csv_record({std::to_string(entry.sequence), format_time(entry.time_ms),
                          word_of(entry, history.of_owner), text(history, entry.image.image_id),
                          text(history, entry.image.architecture), text(history, entry.image.name),
                          text(history, entry.who.kind), text(history, entry.who.name_space), entry.who.name,
                          owner ? to_string(entry.who.id, *history.told.strings) : std::string{},
                          scan ? std::to_string(entry.failures) : std::string{}, entry.error,
                          scan ? format_time(entry.next_scan_at_ms) : std::string{}}));
  }
}

} // namespace tallyman::cli
