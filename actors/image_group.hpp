#pragma once

#include "actors/image.hpp"
#include "actors/messages.hpp"
#include "base/wait_group.hpp"
#include "journal/log.hpp"

#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tallyman {

/// What an image group works with. `faults` may be null and must outlive it otherwise.
struct image_group_options {
  std::shared_ptr<journal::log> log;
  /// Joined by the actors that block on the log, so that it is not closed under them.
  std::shared_ptr<wait_group> workers;
  std::shared_ptr<string_table> strings;
  const image_fault* faults = nullptr;
};

/// Supervises a share of a cluster's images: makes them, hands each its events, has one that failed rebuilt,
/// and sets one that keeps failing aside.
///
/// There are as many groups as scheduler workers. Each has its idle images act on its own turn, see `image`.
class image_group : public caf::event_based_actor {
public:
  using images = std::vector<std::pair<image_index, image_state>>;

  /// There are `groups` of them; this one has every image whose index leaves the same remainder.
  image_group(caf::actor_config& config, image_group_options options, std::size_t groups, images initial);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "tallyman.image_group"; }

private:
  static constexpr std::uint32_t attempts_max = 3;

  struct member {
    caf::actor actor; ///< of class `image`; null: it was forgotten, and ends with the last message to it
    image_key key;
    std::uint32_t failures = 0;
  };

  std::size_t slot_of(image_index index) const noexcept { return index / groups_; }
  void spawn_image(image_index index, image_state state);
  void hand_out(const group_share_ptr& share);
  void gather(const gathering_ptr& into);
  void rebuild(const image_failed& failed);

  image_group_options options_;
  const std::size_t groups_;
  images initial_;
  std::vector<member> members_; ///< by `slot_of`
  caf::actor image_rebuilder_;  ///< spawned at the first failure
};

} // namespace tallyman
