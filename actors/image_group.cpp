#include "actors/image_group.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/image_rebuilder.hpp"
#include "base/invariant.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace tallyman {

image_group::image_group(caf::actor_config& config, image_group_options options, std::size_t groups,
                         images initial)
    : caf::event_based_actor(config), options_(std::move(options)), groups_(groups),
      initial_(std::move(initial)) {}

caf::behavior image_group::make_behavior() {
  set_default_handler(drop_unexpected);
  for (auto& [index, state] : initial_)
    spawn_image(index, std::move(state));
  initial_ = {};
  return {
      [this](const images_changed& change) { hand_out(change.share); },
      [this](const image_gather& marker) { gather(marker.into); },
      [this](const image_failed& failed) { rebuild(failed); },
  };
}

// The images refer to their group, so they would keep each other alive.
void image_group::on_exit() {
  members_.clear();
  image_rebuilder_ = nullptr;
  options_.log.reset();
}

void image_group::spawn_image(image_index index, image_state state) {
  if (slot_of(index) >= members_.size())
    members_.resize(slot_of(index) + 1);
  auto& made = members_[slot_of(index)];
  made.key = state.key();
  made.failures = 0;
  made.actor = spawn<image, caf::lazy_init>(caf::actor_cast<caf::actor>(this), index, std::move(state),
                                            options_.faults);
}

void image_group::hand_out(const group_share_ptr& share) {
  for (const auto& [index, key] : share->added)
    spawn_image(index, image_state{key});
  const auto& events = share->work->changes.events;
  const auto& firsts = share->firsts;
  const auto member_of = [&](std::uint32_t event) -> const caf::actor& {
    return members_[slot_of(events[event].image)].actor;
  };
  image_changed change{share, 0};
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    constexpr std::size_t images_ahead = 4;
    if (i + images_ahead < firsts.size())
      image::behind(member_of(firsts[i + images_ahead])).prefetch();
    const auto& to = member_of(firsts[i]);
    invariant(to && "an event of an unknown image");
    change.first = firsts[i];
    if (!image::behind(to).take_if_idle(change, context()))
      caf::anon_send(to, change);
  }
  for (const auto index : share->forgotten)
    members_[slot_of(index)].actor = nullptr;
}

void image_group::gather(const gathering_ptr& into) {
  for (const auto& each : members_)
    if (each.actor && !image::behind(each.actor).give_if_idle(into, context()))
      caf::anon_send(each.actor, image_gather{into});
}

// -- images in trouble ---------------------------------------------------------------------------

void image_group::rebuild(const image_failed& failed) {
  const auto failing = caf::actor_cast<caf::actor>(current_sender());
  const auto stand_aside = [&] { send(failing, image_rebuilt{nullptr, failed.sequence, failed.reason}); };
  auto& each = members_[slot_of(failed.image)];
  if (each.actor != failing)
    return stand_aside(); // it was forgotten meanwhile, and nobody will ask for it
  const auto name = options_.strings->text(each.key.name);
  const auto tries = ++each.failures;
  if (tries >= attempts_max) {
    spdlog::error("image {:?} failed {} times and is set aside: {}", name, tries, failed.reason);
    return stand_aside();
  }
  spdlog::warn("image {:?} failed and is rebuilt from the journal: {}", name, failed.reason);
  if (!image_rebuilder_)
    image_rebuilder_ = spawn<image_rebuilder, caf::detached + caf::linked>(options_.log, options_.workers);
  send(image_rebuilder_, rebuild_wanted{failing, each.key, failed.sequence});
}

} // namespace tallyman
