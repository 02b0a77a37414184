#include "views/history_view.hpp"
#include "views/json_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tallyman {

namespace {

json json_of(const history_view& history, const history_entry& entry) {
  json shown = {{"sequence", entry.sequence},
                {"time", json_time(entry.time_ms)},
                {"what", word_of(entry, history.of_owner)},
                {"image_id", history.text(entry.image.image_id)},
                {"name", history.text(entry.image.name)},
                {"architecture", history.text(entry.image.architecture)}};
  if (names_owner(entry))
    shown["owner"] = {{"kind", history.text(entry.who.kind)},
                      {"namespace", history.text(entry.who.name_space)},
                      {"name", entry.who.name},
                      {"uid", to_string(entry.who.id, *history.told.strings)}};
  if (names_scan(entry))
    shown["scan"] = {{"failures", entry.failures},
                     {"last_error", entry.error},
                     {"next_scan_at", json_time(entry.next_scan_at_ms)}};
  return shown;
}

} // namespace

void write_history_json(const history_view& history, output& out) {
  out.write(fmt::format("{{\"cluster\":{},\"from_sequence\":{},\"to_sequence\":{},\"entries\":[",
                        json_line(history.cluster), history.from, history.to));
  const char* separator = "\n";
  for (const auto& entry : history.told.entries) {
    out.write(separator + json_line(json_of(history, entry)));
    separator = ",\n";
  }
  out.write(history.told.entries.empty() ? "]}\n" : "\n]}\n");
}

} // namespace tallyman
