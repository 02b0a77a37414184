#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "messages/string_table.hpp"
#include "tally/scan_state.hpp"
#include "tally/schedule/later_by.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tallyman {

/// Knows every image by key and by scan identity, counts the pods that run it, and decides when one that
/// nobody runs any more is forgotten. What an image *is* belongs to `image_state`.
class image_directory {
public:
  /// `strings` is the cluster's; it must outlive the directory.
  explicit image_directory(const string_table& strings, tally_rules rules = tally_rules::second)
      : strings_(&strings), rules_(rules) {}

  static constexpr image_index none = std::numeric_limits<image_index>::max();

  struct entry {
    image_key key;
    std::uint32_t pods = 0;
    bool live = false;              ///< false: the number is free
    std::int64_t idle_since_ms = 0; ///< when the last pod left; meaningless while `pods` > 0
    image_index idle_before = none; ///< neighbours in the list of idle images
    image_index idle_after = none;
  };

  struct gained {
    image_index index;
    bool is_new;
  };

  /// The entry for `key`, made if there is none; counts one more pod.
  gained gain_pod(const image_key& key);
  /// Counts one pod less; the last one starts the grace period at `time_ms`.
  void lose_pod(image_index index, std::int64_t time_ms);

  /// Prefetch what `gain_pod` or `lose_pod` will touch.
  void prefetch(const image_key& key) const { indexes_.prefetch(key); }
  void prefetch(image_index index) const { __builtin_prefetch(&entries_[index]); }

  /// The next image whose grace period ended at or before `time_ms`: it is forgotten. Its number is
  /// reused only after `recycle`.
  std::optional<image_index> take_forgotten(std::int64_t time_ms) {
    // Asked before each fact, and hardly ever more than this.
    if (idle_first_ == none || later_by(entries_[idle_first_].idle_since_ms, grace_ms_) > time_ms)
      return std::nullopt;
    return forget_first();
  }

  /// When the next image will be forgotten, unless it is used again before; unset if none is idle.
  std::optional<std::int64_t> next_forgotten_at_ms() const;

  /// Frees the numbers of the images forgotten so far. Called between batches, so that within one batch a
  /// number means one image.
  void recycle();

  std::optional<image_index> find(const image_key& key) const;

  // -- identities --

  /// By the first rules the whole image id is what is scanned, by the second the digest in it.
  scan_identity identity_of(string_id image_id, string_id architecture) const {
    return {rules_ == tally_rules::first ? image_id : same_digest(image_id), architecture};
  }
  scan_identity identity_of(const image_key& key) const {
    return identity_of(key.image_id, key.architecture);
  }

  /// All names of an identity; none if it is unknown.
  std::span<const image_index> names_of(const scan_identity& identity) const;

  /// What is kept of the identity's scans, for names that come later.
  const scan_state& scan_of(const scan_identity& identity) const;

  /// All names of an identity, and their scans.
  struct identity_entry {
    absl::InlinedVector<image_index, 2> names;
    std::shared_ptr<scan_state> scan; ///< null: nothing has happened yet

    scan_state& change_scan() {
      if (scan == nullptr)
        scan = std::make_shared<scan_state>();
      else if (scan.use_count() > 1) // a marker has a copy
        scan = std::make_shared<scan_state>(*scan);
      return *scan;
    }
  };

  /// Null if it is unknown. Valid until the next change of the directory.
  identity_entry* find(const scan_identity& identity) {
    const auto found = identities_.find(identity);
    return found == identities_.end() ? nullptr : &found->second;
  }

  /// From now on identities are told by the second rules: some that were several become one, which is scanned
  /// if one of them was.
  void merge_identities();
  tally_rules rules() const noexcept { return rules_; }

  const entry& operator[](image_index index) const { return entries_[index]; }
  /// Numbers ever given, the free ones included.
  std::size_t size() const noexcept { return entries_.size(); }

  std::uint64_t grace_ms() const noexcept { return grace_ms_; }
  void set_grace_ms(std::uint64_t grace_ms) noexcept { grace_ms_ = grace_ms; }

  // -- from a snapshot --

  /// Before everything else.
  void restore_rules(tally_rules rules) noexcept { rules_ = rules; }
  /// Of the identity of the entry that is restored next.
  void restore_scan(const image_key& key, const scan_state& scan);
  /// Restores an entry of a snapshot, with no pods yet: they are counted as they are restored.
  void restore(image_index index, const image_key& key, std::int64_t idle_since_ms);
  /// Counts one more pod of a restored entry.
  void restore_pod(image_index index) { ++entries_[index].pods; }
  /// Call once after the last pod was restored.
  void finish_restore();

private:
  string_id same_digest(string_id image_id) const;
  void note_digest(string_id image_id);
  void add_name(image_index index);
  void append_idle(image_index index);
  void remove_idle(image_index index);
  image_index forget_first();
  void forget(image_index index);

  const string_table* strings_;
  tally_rules rules_;
  std::vector<entry> entries_;
  std::vector<image_index> free_;
  std::vector<image_index> forgotten_; ///< free after the next `recycle`
  absl::flat_hash_map<image_key, image_index> indexes_;
  absl::flat_hash_map<scan_identity, identity_entry> identities_;
  /// The first image id that was seen with a digest stands for all others; never forgotten, as their texts
  /// are not either.
  absl::flat_hash_map<std::string_view, string_id> first_with_;
  absl::flat_hash_map<string_id, string_id> same_digest_;
  // The idle images, linked through their entries so that a flapping one stands there once. Oldest first,
  // because event times never fall.
  image_index idle_first_ = none;
  image_index idle_last_ = none;
  std::uint64_t grace_ms_ = 24ull * 60 * 60 * 1000;
};

} // namespace tallyman
