#include "tally/image_state.hpp"

#include "base/invariant.hpp"
#include "tally/later_by.hpp"

#include <algorithm>

namespace tallyman {

void image_state::apply(const image_event& event, std::string_view text) {
  switch (event.kind) {
  case image_event_kind::pod_gained:
    return gain_pod(event);
  case image_event_kind::pod_lost:
    return lose_pod(event);
  case image_event_kind::scan_finished:
    return finish_scan(event, text);
  case image_event_kind::identity_scanned:
    return mark_scanned(static_cast<std::int64_t>(event.number));
  case image_event_kind::remote_answered:
    last_remote_sync_at_ms_ = event.time_ms;
    if (event.number != 0 && !scan_.scanned)
      mark_scanned(event.time_ms);
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

void image_state::gain_pod(const image_event& event) {
  os_ = event.os;
  if (event.runtime != string_id::empty)
    runtime_ = event.runtime;
  const membership now{event.owner, event.owner_certain, event.platform_certain};
  const auto [place, is_new] = pods_.try_emplace(event.pod, now);
  if (is_new) {
    if (first_seen_at_ms_ == 0)
      first_seen_at_ms_ = event.time_ms;
    add_to_owner(now.owner, event.time_ms);
  } else {
    const auto before = place->second;
    place->second = now;
    certain_platforms_ -= before.platform_certain ? 1u : 0u;
    if (before.owner != now.owner) {
      add_to_owner(now.owner, event.time_ms);
      remove_from_owner(before.owner, event.time_ms);
    }
  }
  certain_platforms_ += now.platform_certain ? 1u : 0u;
}

void image_state::lose_pod(const image_event& event) {
  const auto found = pods_.find(event.pod);
  invariant(found != pods_.end() && "an image lost a pod that it does not have");
  const auto before = found->second;
  pods_.erase(found);
  certain_platforms_ -= before.platform_certain ? 1u : 0u;
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

void image_state::finish_scan(const image_event& event, std::string_view text) {
  switch (event.outcome) {
  case scan_outcome::succeeded:
    return mark_scanned(event.time_ms);
  case scan_outcome::image_private:
    scan_.image_private = true;
    break;
  case scan_outcome::failed:
    scan_.image_private = false;
    break;
  }
  ++scan_.failures;
  scan_.last_error = text;
  scan_.next_scan_at_ms = later_by(event.time_ms, event.number);
}

void image_state::mark_scanned(std::int64_t time_ms) {
  scan_ = scan_state{};
  scan_.scanned = true;
  scan_.scanned_at_ms = time_ms;
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
