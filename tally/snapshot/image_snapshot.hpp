#pragma once

#include "tally/image_state.hpp"

namespace tallyman {

/// Puts an `image_state` together again from what a snapshot kept of it: first the fields, then its pods one
/// by one, without the changes that a gained pod would mean.
class image_snapshot {
public:
  struct fields {
    image_key key;
    pod_report reported;
    image_state::last_report left;
    scan_state scan;
    std::int64_t first_seen_at_ms = 0;
    std::int64_t owner_changed_at_ms = 0;
    std::int64_t resources_updated_at_ms = 0;
    std::int64_t last_remote_sync_at_ms = 0;
    std::uint64_t owner_version = 0;
    std::uint64_t acknowledged_version = 0;
  };

  static image_state make(fields&& from, std::size_t pods_expected) {
    image_state image{from.key};
    image.reported_ = from.reported;
    image.left_ = from.left;
    image.scan_ = std::move(from.scan);
    image.first_seen_at_ms_ = from.first_seen_at_ms;
    image.owner_changed_at_ms_ = from.owner_changed_at_ms;
    image.resources_updated_at_ms_ = from.resources_updated_at_ms;
    image.last_remote_sync_at_ms_ = from.last_remote_sync_at_ms;
    image.owner_version_ = from.owner_version;
    image.acknowledged_version_ = from.acknowledged_version;
    image.pods_.reserve(pods_expected);
    return image;
  }

  static const pod_report& reported(const image_state& image) { return image.reported_; }
  static const image_state::last_report& left(const image_state& image) { return image.left_; }

  /// `id` must not be among the image's pods yet.
  static void add_pod(image_state& image, const uid& id, const image_state::membership& member, string_id os,
                      string_id runtime) {
    image.pods_.emplace(id, member);
    image.reports_.add({os, runtime});
    image.owners_.add(member.owner);
    image.certain_platforms_ += member.platform_certain ? 1u : 0u;
  }
};

} // namespace tallyman
