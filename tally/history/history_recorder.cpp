#include "tally/history/history_recorder.hpp"

#include "tally/cluster_state.hpp"

#include <algorithm>

namespace tallyman {

std::string_view to_string(history_kind kind) noexcept {
  switch (kind) {
  case history_kind::present:
    return "present";
  case history_kind::appeared:
    return "appeared";
  case history_kind::returned:
    return "returned";
  case history_kind::gone:
    return "gone";
  case history_kind::forgotten:
    return "forgotten";
  case history_kind::owned:
    return "owned";
  case history_kind::owner_gained:
    return "owner-gained";
  case history_kind::owner_lost:
    return "owner-lost";
  case history_kind::scanned:
    return "scanned";
  case history_kind::scan_failed:
    return "scan-failed";
  case history_kind::scan_refused:
    return "scan-refused";
  case history_kind::scanned_before:
    return "scanned-before";
  }
  return "unknown";
}

history_recorder::history_recorder(const history_search& search, const cluster_state& state)
    : search_(search), state_(state) {
  const auto& images = state.placed.images();
  for (image_index i = 0; i < state.images.size(); ++i) {
    if (!images[i].live)
      continue;
    touched_image image{.index = i, .key = images[i].key};
    if (search.is_about(image.key))
      write(image, history_kind::present);
    std::vector<owner> owners;
    for (const auto& [index, pods] : state.images[i].owners()) {
      owners_[index] = state.placed.owners()[index];
      owners.push_back(owners_[index]);
    }
    std::sort(owners.begin(), owners.end(), [](const owner& a, const owner& b) { return a.id < b.id; });
    for (const auto& each : owners)
      if (search.is_about(image.key, each))
        write(image, history_kind::owned, each);
  }
}

history_recorder::touched_image& history_recorder::touch(const image_event& event, const image_state& image) {
  const auto found = std::find_if(touched_.begin(), touched_.end(),
                                  [&](const touched_image& each) { return each.index == event.image; });
  if (found != touched_.end())
    return *found;
  touched_.push_back({.index = event.image,
                      .key = image.key(),
                      .is_new = image.first_seen_at_ms() == 0,
                      .had_owners = !image.owners().empty()});
  return touched_.back();
}

void history_recorder::before(const image_event& event, const image_state& image, const fact_batch&) {
  touch(event, image);
  const auto pod = image.pods().find(event.pod);
  had_pod_ = pod != image.pods().end();
  pod_owner_before_ = had_pod_ ? pod->second.owner : 0;
  owned_before_ = image.owners().contains(event.owner);
  scanned_before_ = image.scan().scanned;
}

void history_recorder::after(const image_event& event, const image_state& image, const fact_batch&) {
  auto& now = touch(event, image);
  now.has_owners = !image.owners().empty();
  switch (event.kind) {
  case image_event_kind::pod_gained:
  case image_event_kind::pod_told:
    owners_[event.owner] = state_.placed.owners()[event.owner];
    if (!owned_before_)
      note(now, event.owner, true);
    [[fallthrough]];
  case image_event_kind::pod_lost:
    if (had_pod_ && !image.owners().contains(pod_owner_before_))
      note(now, pod_owner_before_, false);
    return;
  case image_event_kind::scan_finished:
    return note_scan(now,
                     event.outcome == scan_outcome::succeeded ? history_kind::scanned
                     : event.outcome == scan_outcome::failed  ? history_kind::scan_failed
                                                              : history_kind::scan_refused,
                     image);
  case image_event_kind::scan_inherited:
  case image_event_kind::remote_answered:
    if (!scanned_before_ && image.scan().scanned)
      note_scan(now, history_kind::scanned_before, image);
    return;
  case image_event_kind::remote_acknowledged:
    return;
  case image_event_kind::forgotten:
    now.forgotten = true;
    return;
  }
}

// What is gained and lost at one event was never there, for all that anyone could see.
void history_recorder::note(touched_image& image, owner_index index, bool gained) {
  const auto& who = owners_[index];
  const auto opposite =
      std::find_if(image.changes.begin(), image.changes.end(),
                   [&](const owner_change& each) { return each.who.id == who.id && each.gained != gained; });
  if (opposite != image.changes.end())
    image.changes.erase(opposite);
  else
    image.changes.push_back({who, gained});
}

void history_recorder::note_scan(touched_image& image, history_kind kind, const image_state& now) {
  history_entry entry;
  entry.kind = kind;
  entry.failures = now.scan().failures;
  entry.error = now.scan().last_error;
  entry.next_scan_at_ms = now.scan().next_scan_at_ms;
  image.scans.push_back(std::move(entry));
}

void history_recorder::write(const touched_image& image, history_kind kind, const owner& who) {
  history_entry entry;
  entry.sequence = state_.sequence;
  entry.time_ms = state_.time_ms;
  entry.image = image.key;
  entry.who = who;
  entry.kind = kind;
  entries_.push_back(std::move(entry));
}

void history_recorder::write(const touched_image& image) {
  const bool asked = search_.is_about(image.key);
  if (asked && image.forgotten)
    return write(image, history_kind::forgotten);
  if (asked && !image.had_owners && image.has_owners)
    write(image, image.is_new ? history_kind::appeared : history_kind::returned);
  for (const auto& change : image.changes)
    if (search_.is_about(image.key, change.who))
      write(image, change.gained ? history_kind::owner_gained : history_kind::owner_lost, change.who);
  if (asked && image.had_owners && !image.has_owners)
    write(image, history_kind::gone);
  if (!asked)
    return;
  for (const auto& scan : image.scans) {
    write(image, scan.kind);
    entries_.back().failures = scan.failures;
    entries_.back().error = scan.error;
    entries_.back().next_scan_at_ms = scan.next_scan_at_ms;
  }
}

void history_recorder::end_fact() {
  for (const auto& image : touched_)
    write(image);
  touched_.clear();
}

} // namespace tallyman
