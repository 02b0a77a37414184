#pragma once

#include "messages/keys.hpp"
#include "tally/image_event.hpp"
#include "tally/owner_counts.hpp"
#include "tally/report_counts.hpp"
#include "tally/scan_state.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman {

/// Where an image stands between "just seen" and "scanned". Derived, never stored.
enum class scan_stage : std::uint8_t {
  idle,          ///< it has no owner: nothing is to be done
  pending,       ///< it needs a scan now
  backing_off,   ///< a scan failed, and the wait is not over
  image_private, ///< the registry refused; not retried with the others
  scanned,
};

/// Everything that one entry of the tally is: its owners, their pods, and its scans.
///
/// State changes only through `apply`, which is a pure function of the state and the event: no clock, no
/// draw, no hash order. Not thread-safe; in the running system one actor, `image`, owns each.
class image_state {
public:
  /// A pod's part in the image.
  struct membership {
    owner_index owner = 0;
    bool owner_certain = false;
    bool platform_certain = false;

    friend bool operator==(const membership&, const membership&) = default;
  };

  /// The report of a pod that is gone.
  struct last_report {
    pod_report said;
    bool certain = false; ///< its platform was

    friend bool operator==(const last_report&, const last_report&) = default;
  };

  image_state() = default;
  explicit image_state(image_key key) : key_(key) {}

  /// Takes one event in. `text` is what `event.text` refers to.
  void apply(const image_event& event, std::string_view text);

  /// Prefetches what `apply` will touch for an event of `pod`.
  void prefetch(const uid& pod) const { pods_.prefetch(pod); }

  const image_key& key() const noexcept { return key_; }
  /// What most of its pods report; of an image without pods, what the last one did. By the first rules what
  /// was reported last. `strings` is the cluster's table.
  string_id os(tally_rules rules, const string_table& strings) const {
    return of_pods(rules, &pod_report::os, strings);
  }
  string_id runtime(tally_rules rules, const string_table& strings) const {
    return of_pods(rules, &pod_report::runtime, strings);
  }
  const scan_state& scan() const noexcept { return scan_; }

  const absl::flat_hash_map<uid, membership>& pods() const noexcept { return pods_; }
  /// Owner to the number of its pods here. Never holds a zero.
  const owner_counts& owners() const noexcept { return owners_; }

  /// No pod vouches for the architecture in the key: it may yet turn out to be another. Of an image without
  /// pods: the last one did not; by the first rules it always is.
  bool platform_provisional(tally_rules rules) const noexcept {
    return certain_platforms_ == 0 && !(rules != tally_rules::first && pods_.empty() && left_.certain);
  }
  scan_stage stage(std::int64_t now_ms) const noexcept;

  std::int64_t first_seen_at_ms() const noexcept { return first_seen_at_ms_; }
  std::int64_t owner_changed_at_ms() const noexcept { return owner_changed_at_ms_; }
  std::int64_t resources_updated_at_ms() const noexcept { return resources_updated_at_ms_; }
  std::int64_t last_remote_sync_at_ms() const noexcept { return last_remote_sync_at_ms_; }
  /// Counts the changes of the owner set, so that "sent" never depends on a clock.
  std::uint64_t owner_version() const noexcept { return owner_version_; }
  std::uint64_t acknowledged_version() const noexcept { return acknowledged_version_; }

  friend bool operator==(const image_state&, const image_state&) = default;

private:
  friend class image_snapshot; // tally/snapshot/image_snapshot.hpp restores all fields

  void gain_pod(const image_event& event);
  void hear_of_pod(const image_event& event);
  void lose_pod(const image_event& event);
  void note_report(const image_event& event);
  void add_to_owner(owner_index owner, std::int64_t time_ms);
  void remove_from_owner(owner_index owner, std::int64_t time_ms);
  void change_owners(std::int64_t time_ms);

  string_id of_pods(tally_rules rules, string_id pod_report::*part, const string_table& strings) const {
    if (rules == tally_rules::first)
      return reported_.*part;
    return pods_.empty() ? left_.said.*part : reports_.most(part, strings);
  }

  // First what every event of a pod touches.
  absl::flat_hash_map<uid, membership> pods_;
  report_counts reports_;               ///< of the pods
  pod_report reported_;                 ///< the last
  std::uint32_t certain_platforms_ = 0; ///< pods of this image whose platform is certain
  last_report left_;                    ///< of the last pod, when it left
  owner_counts owners_;
  std::int64_t owner_changed_at_ms_ = 0;
  std::uint64_t owner_version_ = 0;
  std::int64_t first_seen_at_ms_ = 0;
  image_key key_;
  scan_state scan_;
  std::int64_t resources_updated_at_ms_ = 0;
  std::int64_t last_remote_sync_at_ms_ = 0;
  std::uint64_t acknowledged_version_ = 0;
};

/// A word for people and for JSON: "pending", "backing-off", ...
std::string_view to_string(scan_stage stage) noexcept;

} // namespace tallyman
