#pragma once

#include "messages/wire/snapshot.pb.h"
#include "tally/snapshot/snapshot_codec.hpp"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// Cuts the texts of a block off, one after the other. Once they are found too short, it stays so.
class text_run {
public:
  explicit text_run(std::string_view texts) : rest_(texts) {}

  std::string_view take(std::uint32_t length) {
    if (length > rest_.size()) {
      short_ = true;
      return {};
    }
    const auto text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return text;
  }

  bool used_up() const noexcept { return !short_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool short_ = false;
};

/// Whether the columns of a block are of one length.
inline bool all_equal(std::initializer_list<int> sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [&](int size) { return size == *sizes.begin(); });
}

/// Whether columns that releases before version 3 of the format do not write are all there, or all missing.
inline bool all_or_none(int size, std::initializer_list<int> sizes) {
  return all_equal(sizes) && (*sizes.begin() == size || *sizes.begin() == 0);
}

/// What a `snapshot_decoder` has so far. Inside tally/ only. snapshot_decoder.cpp has the frame,
/// snapshot_cluster_blocks.cpp the readers of what the cluster holds, snapshot_tally_blocks.cpp those of the
/// tally itself. A reader returns false after `refuse`.
class snapshot_decoder::parts {
public:
  result<void> block(std::uint16_t type, std::span<const std::byte> bytes);
  result<cluster_state> finish();

private:
  bool refuse(std::string_view why);
  error failure() const;
  template <class Message>
  bool parse_into(bool (parts::*read)(const Message&), std::span<const std::byte> bytes);
  bool dispatch(snapshot_section type, std::span<const std::byte> bytes);

  bool read_header(const pb::SnapshotHeader& from);
  bool read_strings(const pb::SnapshotStrings& from);
  bool read_objects(const pb::SnapshotObjects& from);
  bool read_tombstones(const pb::SnapshotTombstones& from);
  bool read_nodes(const pb::SnapshotNodes& from);
  bool read_workloads(const pb::SnapshotWorkloads& from);
  bool read_positions(const pb::SnapshotPositions& from);
  bool read_owners(const pb::SnapshotOwners& from);
  bool read_images(const pb::SnapshotImages& from);
  bool read_image(const pb::SnapshotImages& from, int i, std::string_view last_error);
  bool read_pods(const pb::SnapshotPods& from);
  bool read_pod_state(const pb::SnapshotPods& from, int i, placements::pod& pod);
  bool read_pod_images(const pb::SnapshotPods& from, int first, int count, placements::pod& pod);
  bool restore_scan(const image_key& key, const scan_state& scan);
  bool add_pod(const uid& id, placements::pod pod, const uid& parent, bool is_followed);
  bool make_state();
  bool check_counts();
  bool check_images();

  bool known(std::initializer_list<std::uint32_t> ids) const {
    return std::all_of(ids.begin(), ids.end(), [&](auto id) { return strings_->contains(string_id{id}); });
  }
  /// A uid that stands for a text must stand for one that is there.
  bool known(const uid& id) const { return strings_->contains(interned_part(id)); }

  std::shared_ptr<string_table> strings_ = std::make_shared<string_table>();
  pb::SnapshotHeader header_;
  std::optional<cluster_state> state_; ///< made once the strings are in
  snapshot_section last_ = {};         ///< type of the last block
  std::string complaint_;              ///< the first one

  struct expected_counts {
    std::uint32_t pods;
    std::uint32_t owners;
  };
  std::vector<expected_counts> expected_; ///< by image
  absl::flat_hash_set<uid> owner_ids_;
  std::uint64_t owners_ = 0;
  std::vector<bool> owner_there_; ///< by number
};

} // namespace tallyman
