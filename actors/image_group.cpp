#include "actors/image_group.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/image_rebuilder.hpp"
#include "actors/worker_policy.hpp"
#include "base/invariant.hpp"

#include <caf/actor_cast.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace tallyman {

namespace {

/// The lines that a message to the actor touches: its reference count, and its mailbox some lines on.
void prefetch(const caf::actor& which) {
  const auto* const block = reinterpret_cast<const char*>(caf::actor_cast<caf::actor_control_block*>(which));
  for (std::size_t line = 0; line < 512; line += 64)
    __builtin_prefetch(block + line);
}

} // namespace

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
  if (place_of(index) >= members_.size())
    members_.resize(place_of(index) + 1);
  auto& made = members_[place_of(index)];
  made.key = state.key();
  made.failures = 0;
  made.actor = spawn<image, caf::lazy_init>(caf::actor_cast<caf::actor>(this), index, std::move(state),
                                            options_.faults);
}

// As anon_send, which would forget on whose worker this is. Without a sender: 20,000 images would count it.
template <class Message>
void image_group::post(const caf::actor& to, Message message) {
  to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)), context());
}

void image_group::hand_out(const group_share_ptr& share) {
  for (const auto& [index, key] : share->born)
    spawn_image(index, image_state{key});
  const run_here images_here;
  const auto& events = share->work->changes.events;
  const auto& firsts = share->firsts;
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    constexpr std::size_t actors_ahead = 6;
    if (i + actors_ahead < firsts.size())
      prefetch(members_[place_of(events[firsts[i + actors_ahead]].image)].actor);
    const auto& to = members_[place_of(events[firsts[i]].image)].actor;
    invariant(to && "an event of an image that is not there");
    post(to, image_changed{share, firsts[i]});
  }
  for (const auto index : share->forgotten)
    members_[place_of(index)].actor = nullptr;
}

void image_group::gather(const gathering_ptr& into) {
  const run_here images_here;
  for (const auto& each : members_)
    if (each.actor)
      post(each.actor, image_gather{into});
}

// -- images in trouble ---------------------------------------------------------------------------

void image_group::rebuild(const image_failed& failed) {
  const auto failing = caf::actor_cast<caf::actor>(current_sender());
  const auto stand_aside = [&] { send(failing, image_rebuilt{nullptr, failed.sequence, failed.reason}); };
  auto& each = members_[place_of(failed.image)];
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
