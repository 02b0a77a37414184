#include "views/csv.hpp"
#include "views/history_view.hpp"
#include "views/time_text.hpp"

namespace tallyman {

void write_history_csv(const history_view& history, output& out) {
  out.write(csv_record({"sequence", "time", "what", "image_id", "architecture", "name", "owner_kind",
                        "owner_namespace", "owner_name", "owner_uid", "scan_failures", "scan_last_error",
                        "next_scan_at"}));
  for (const auto& entry : history.told.entries) {
    const bool owner = names_owner(entry), scan = names_scan(entry);
    out.write(csv_record({std::to_string(entry.sequence), format_time(entry.time_ms),
                          word_of(entry, history.of_owner), history.text(entry.image.image_id),
                          history.text(entry.image.architecture), history.text(entry.image.name),
                          history.text(entry.who.kind), history.text(entry.who.name_space), entry.who.name,
                          owner ? to_string(entry.who.id, *history.told.strings) : std::string{},
                          scan ? std::to_string(entry.failures) : std::string{}, entry.error,
                          scan ? format_time(entry.next_scan_at_ms) : std::string{}}));
  }
}

} // namespace tallyman
