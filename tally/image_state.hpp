#pragma once

#include "messages/keys.hpp"
#include "tally/image_event.hpp"
#include "tally/owner_counts.hpp"

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

/// What an image keeps of its scans. It outlives the last owner by the grace period.
struct scan_state {
  bool scanned = false;
  bool image_private = false;
  std::uint32_t failures = 0;       ///< since the last success
  std::string last_error;           ///< of the last failure; empty after a success
  std::int64_t next_scan_at_ms = 0; ///< 0: unset
  std::int64_t scanned_at_ms = 0;   ///< 0: never

  friend bool operator==(const scan_state&, const scan_state&) = default;
};

/// Everything that one entry of the tally is: its owners, their pods, and its scans.
///
/// State changes only through `apply`, which is a pure function of the state and the event: no clock, no
/// draw, no hash order. Not thread-safe; in the running system one actor owns each `image_state`.
class image_state {
public:
  /// A pod's part in the image.
  struct membership {
    owner_index owner = 0;
    bool owner_certain = false;
    bool platform_certain = false;

    friend bool operator==(const membership&, const membership&) = default;
  };

  image_state() = default;
  explicit image_state(image_key key) : key_(key) {}

  /// Takes one event in. `text` is what `event.text` refers to.
  void apply(const image_event& event, std::string_view text);

  /// Asks for the memory that `apply` will touch for an event of `pod`.
  void prefetch(const uid& pod) const { pods_.prefetch(pod); }

  const image_key& key() const noexcept { return key_; }
  string_id os() const noexcept { return os_; }           ///< as last reported
  string_id runtime() const noexcept { return runtime_; } ///< as last reported
  const scan_state& scan() const noexcept { return scan_; }

  const absl::flat_hash_map<uid, membership>& pods() const noexcept { return pods_; }
  /// Owner to the number of its pods here. Never holds a zero.
  const owner_counts& owners() const noexcept { return owners_; }

  /// No pod vouches for the architecture in the key: it may yet turn out to be another.
  bool platform_provisional() const noexcept { return certain_platforms_ == 0; }
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
  friend class image_snapshot; // tally/image_snapshot.hpp restores all fields

  void gain_pod(const image_event& event);
  void lose_pod(const image_event& event);
  void add_to_owner(owner_index owner, std::int64_t time_ms);
  void remove_from_owner(owner_index owner, std::int64_t time_ms);
  void change_owners(std::int64_t time_ms);
  void finish_scan(const image_event& event, std::string_view text);
  void mark_scanned(std::int64_t time_ms);

  image_key key_;
  string_id os_{};
  string_id runtime_{};
  absl::flat_hash_map<uid, membership> pods_;
  owner_counts owners_;
  std::uint32_t certain_platforms_ = 0; ///< pods of this image whose platform is certain
  scan_state scan_;
  std::int64_t first_seen_at_ms_ = 0;
  std::int64_t owner_changed_at_ms_ = 0;
  std::int64_t resources_updated_at_ms_ = 0;
  std::int64_t last_remote_sync_at_ms_ = 0;
  std::uint64_t owner_version_ = 0;
  std::uint64_t acknowledged_version_ = 0;
};

/// A word for people and for JSON: "pending", "waiting", ...
std::string_view to_string(scan_stage stage) noexcept;

} // namespace tallyman
