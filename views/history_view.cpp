#include "views/history_view.hpp"

namespace tallyman {

bool names_owner(const history_entry& entry) {
  return entry.kind == history_kind::owned || entry.kind == history_kind::owner_gained ||
         entry.kind == history_kind::owner_lost;
}

bool names_scan(const history_entry& entry) {
  return entry.kind == history_kind::scan_failed || entry.kind == history_kind::scan_refused;
}

std::string word_of(const history_entry& entry, bool of_owner) {
  if (of_owner && entry.kind == history_kind::owned)
    return "image-owned";
  if (of_owner && entry.kind == history_kind::owner_gained)
    return "image-gained";
  if (of_owner && entry.kind == history_kind::owner_lost)
    return "image-lost";
  return std::string{to_string(entry.kind)};
}

} // namespace tallyman
