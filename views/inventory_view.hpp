#pragma once

#include "tally/cluster_view.hpp"
#include "views/owner_pattern.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// A workload that owns an image, as the commands show it.
struct owner_row {
  std::string kind;
  std::string api_version; ///< empty if unknown
  std::string name_space;  ///< empty for what belongs to no namespace
  std::string name;
  std::string uid;
  bool provisional = false;              ///< every pod of it here still waits for a parent to show up
  std::vector<std::string> pods;         ///< uids, in the order of their text
  std::set<std::string> pod_name_spaces; ///< of an owner that belongs to none
};

/// One entry of the tally, as the commands show it. Times are Unix milliseconds; 0: unset.
struct image_row {
  std::string image_id;
  std::string architecture;
  std::string name;
  std::string os;
  std::string runtime;
  bool platform_provisional = false;
  std::vector<owner_row> owners; ///< by uid, in the order of its text
  std::string scan_state;        ///< a `scan_stage`, or "quarantined"
  std::uint32_t failures = 0;
  std::string last_error; ///< of a quarantined image: why it was set aside
  std::int64_t next_scan_at_ms = 0;
  std::int64_t scanned_at_ms = 0;
  std::int64_t first_seen_at_ms = 0;
  std::int64_t last_seen_at_ms =
      0; ///< of the view's last event while something runs it, else when that ended
  std::int64_t owner_changed_at_ms = 0;
  image_index index = 0; ///< in the view that it was made from

  bool pending() const noexcept { return scan_state == "pending"; }
  std::size_t pod_count() const noexcept;
};

/// What a cluster runs at one sequence, with every id turned into text.
struct inventory_view {
  std::string cluster;
  std::uint64_t sequence = 0;
  std::int64_t at_ms = 0;        ///< of the last event; 0: there is none
  std::vector<image_row> images; ///< by (image_id, architecture, name), compared as bytes
  /// Image volumes whose digest the status of no pod gives (Kubernetes does from 1.35 on), in the same order.
  std::vector<image_row> without_digest;
};

/// Whether what nothing runs is in the inventory.
enum class idle_images : std::uint8_t {
  left_out, ///< the inventory: only what something runs
  included, ///< also what nothing runs, but whose scan state is still kept
};

/// `now_ms` decides which scans are due. Memory: about 100 bytes for each (image, pod).
inventory_view make_inventory(const cluster_view& view, std::string cluster, std::int64_t now_ms,
                              idle_images idle = idle_images::left_out);

/// Which images are asked for; what is empty asks for nothing.
struct inventory_filter {
  bool pending = false;
  std::optional<owner_pattern> owner;
  std::string name_space; ///< of any owner, or of a pod of an owner that belongs to none

  /// Whether any owner of the image is one that is asked for.
  bool matches_owner(const image_row& image) const;
  bool matches(const image_row& image) const;
};

/// Keeps the images that match, whole: with all their owners.
void keep_matching(inventory_view& inventory, const inventory_filter& filter);

/// Puts the images in the order in which they are to be scanned: fewest failures first, then longest waiting.
void order_by_urgency(inventory_view& inventory);

/// Numbers of different owners, and of different pods, in `inventory`.
struct inventory_totals {
  std::size_t owners = 0;
  std::size_t pods = 0;
};
inventory_totals totals_of(const inventory_view& inventory);

} // namespace tallyman
