#include "tally/image_state.hpp"

#include "base/invariant.hpp"

#include <algorithm>

namespace tallyman {

void image_state::apply(const image_event& event, std::string_view text) {
  switch (event.kind) {
  case image_event_kind::pod_gained:
    return gain_pod(event);
  case image_event_kind::pod_told:
    return hear_of_pod(event);
  case image_event_kind::pod_lost:
    return lose_pod(event);
  case image_event_kind::scan_finished:
    return scan_.finish(event.outcome, event.time_ms, event.number, text);
  case image_event_kind::scan_inherited:
    scan_ = scan_in(event, text);
    return;
  case image_event_kind::remote_answered:
    last_remote_sync_at_ms_ = event.time_ms;
    if (event.number != 0 && !scan_.scanned)
      scan_.succeed(event.time_ms);
    return;
  case image_event_kind::remote_acknowledged:
    acknowledged_version_ = std::max(acknowledged_version_, std::min(event.number, owner_version_));
    resources_updated_at_ms_ = event.time_ms;
    return;
  case image_event_kind::forgotten:
    invariant(pods_.empty() && "an image with pods was forgotten");
    return;
  }
  invariant(false && "an image event of no known kind");
}

void image_state::note_report(const image_event& event) {
  reported_.os = event.os;
  if (event.runtime != string_id::empty)
    reported_.runtime = event.runtime;
  reports_.add({event.os, event.runtime});
}

void image_state::gain_pod(const image_event& event) {
  note_report(event);
  const membership now{event.owner, event.owner_certain, event.platform_certain};
  const bool is_new = pods_.try_emplace(event.pod, now).second;
  invariant(is_new && "an image gained a pod that it has");
  if (first_seen_at_ms_ == 0)
    first_seen_at_ms_ = event.time_ms;
  add_to_owner(now.owner, event.time_ms);
  certain_platforms_ += now.platform_certain ? 1u : 0u;
}

void image_state::hear_of_pod(const image_event& event) {
  const auto found = pods_.find(event.pod);
  invariant(found != pods_.end() && "an image was told of a pod that it does not have");
  reports_.remove({packed_os(event.number), packed_runtime(event.number)});
  note_report(event);
  const auto before = found->second;
  found->second = {event.owner, event.owner_certain, event.platform_certain};
  certain_platforms_ -= before.platform_certain ? 1u : 0u;
  certain_platforms_ += event.platform_certain ? 1u : 0u;
  if (before.owner == event.owner)
    return;
  add_to_owner(event.owner, event.time_ms);
  remove_from_owner(before.owner, event.time_ms);
}

void image_state::lose_pod(const image_event& event) {
  const auto found = pods_.find(event.pod);
  invariant(found != pods_.end() && "an image lost a pod that it does not have");
  const auto before = found->second;
  pods_.erase(found);
  reports_.remove({event.os, event.runtime});
  certain_platforms_ -= before.platform_certain ? 1u : 0u;
  if (pods_.empty())
    left_ = {{event.os, event.runtime}, before.platform_certain};
  remove_from_owner(before.owner, event.time_ms);
}

void image_state::add_to_owner(owner_index owner, std::int64_t time_ms) {
  if (owners_.add(owner))
    change_owners(time_ms);
}

void image_state::remove_from_owner(owner_index owner, std::int64_t time_ms) {
  if (owners_.remove(owner))
    change_owners(time_ms);
}

void image_state::change_owners(std::int64_t time_ms) {
  owner_changed_at_ms_ = time_ms;
  ++owner_version_;
}

scan_stage image_state::stage(std::int64_t now_ms) const noexcept {
  if (scan_.scanned)
    return scan_stage::scanned;
  if (owners_.empty())
    return scan_stage::idle;
  if (scan_.image_private)
    return scan_stage::image_private;
  return scan_.next_scan_at_ms > now_ms ? scan_stage::backing_off : scan_stage::pending;
}

std::string_view to_string(scan_stage stage) noexcept {
  switch (stage) {
  case scan_stage::idle:
    return "idle";
  case scan_stage::pending:
    return "pending";
  case scan_stage::backing_off:
    return "backing-off";
  case scan_stage::image_private:
    return "private";
  case scan_stage::scanned:
    return "scanned";
  }
  return "unknown";
}

} // namespace tallyman
