#pragma once

#include "messages/keys.hpp"
#include "tally/history/history_search.hpp"
#include "tally/image_observer.hpp"
#include "tally/owner_table.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman {

/// What an entry of a history says.
enum class history_kind : std::uint8_t {
  present,       ///< the image was there already when the history begins
  appeared,      ///< its first pod; also after it was forgotten
  returned,      ///< something runs it again, and its scan state is still there
  gone,          ///< its last owner left
  forgotten,     ///< the grace period is over, its scan state is dropped
  owned,         ///< `who` owned it already when the history begins
  owner_gained,  ///< by `who`
  owner_lost,    ///< by `who`
  scanned,       ///< a scan went well
  scan_failed,   ///< `failures`, `error`, and the back-off: `next_scan_at_ms`
  scan_refused,  ///< as `scan_failed`: the image is private
  scanned_before ///< it needs no scan: the remote has one, or another name of it was scanned
};

/// A word for people and for JSON: "appeared", "owner-gained", ...
std::string_view to_string(history_kind kind) noexcept;

/// One thing that happened to an image, at one event.
struct history_entry {
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
  image_key image;
  owner who; ///< of owned, owner_gained, owner_lost
  std::string error;
  std::int64_t next_scan_at_ms = 0;
  std::uint32_t failures = 0;
  history_kind kind = history_kind::appeared;

  friend bool operator==(const history_entry&, const history_entry&) = default;
};

/// Writes down what happens to the images and owners that a search is about. Of what one event changes, it
/// tells the difference between before and after it.
///
/// Not thread-safe.
class history_recorder : public image_observer {
public:
  /// Both must outlive it. `state` is the one that it will observe, as it is now: what is there goes to the
  /// entries as present and owned if its sequence is not 0.
  history_recorder(const history_search& search, const cluster_state& state);

  void before(const image_event& event, const image_state& image, const fact_batch& batch) override;
  void after(const image_event& event, const image_state& image, const fact_batch& batch) override;
  /// Call after each `cluster_state::apply`, which must have been of one fact.
  void end_fact();

  const std::vector<history_entry>& entries() const noexcept { return entries_; }
  std::vector<history_entry> take() { return std::move(entries_); }

private:
  struct owner_change {
    owner who;
    bool gained = false;
  };
  /// What the fact that is being applied has done to one image so far.
  struct touched_image {
    image_index index = 0;
    image_key key;
    bool is_new = false;
    bool had_owners = false;
    bool has_owners = false;
    bool forgotten = false;
    std::vector<owner_change> changes{};
    std::vector<history_entry> scans{};
  };

  touched_image& touch(const image_event& event, const image_state& image);
  void note(touched_image& image, owner_index index, bool gained);
  void note_scan(touched_image& image, history_kind kind, const image_state& now);
  void write(const touched_image& image, history_kind kind, const owner& who = {});
  void write(const touched_image& image);

  const history_search& search_;
  const cluster_state& state_;
  std::vector<history_entry> entries_;
  /// Owners by number. The state's own table has forgotten an owner by the time that an image loses it.
  absl::flat_hash_map<owner_index, owner> owners_;
  std::vector<touched_image> touched_; ///< by the fact that is being applied; few

  // Between `before` and `after` of one event.
  bool owned_before_ = false; ///< the image had the event's owner
  bool had_pod_ = false;
  owner_index pod_owner_before_ = 0;
  bool scanned_before_ = false;
};

} // namespace tallyman
