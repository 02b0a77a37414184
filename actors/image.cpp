#include "actors/image.hpp"

#include "actors/borrowed_turn.hpp"
#include "actors/drop_unexpected.hpp"

#include <exception>

namespace tallyman {

image::image(caf::actor_config& config, caf::actor group, image_index index, image_state state,
             const image_fault* faults)
    : caf::event_based_actor(config), group_(std::move(group)), index_(index), state_(std::move(state)),
      faults_(faults) {}

caf::behavior image::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](const image_changed& change) { take(change); },
      [this](const image_gather& marker) { give(marker.into); },
      [this](const image_rebuilt& rebuilt) { resume_from(rebuilt); },
  };
}

bool image::take_if_idle(const image_changed& change, caf::execution_unit* here) {
  return act_on_borrowed_turn(*this, here, [&] { take(change); });
}

bool image::give_if_idle(const gathering_ptr& into, caf::execution_unit* here) {
  return act_on_borrowed_turn(*this, here, [&] { give(into); });
}

void image::prefetch() const noexcept {
  const auto ask_for = [](const auto& what, std::size_t bytes) {
    for (std::size_t line = 0; line < bytes; line += 64)
      __builtin_prefetch(reinterpret_cast<const char*>(&what) + line);
  };
  ask_for(const_cast<image*>(this)->mailbox(), 256);
  ask_for(group_, 320);
}

void image::take(const image_changed& change) {
  switch (mode_) {
  case mode::working:
    try {
      apply(change);
    } catch (const std::exception& failure) {
      fail(change, failure.what());
    } catch (...) {
      fail(change, "something that is no exception was thrown");
    }
    return;
  case mode::rebuilding:
    trouble_->mail.push_back({change, nullptr});
    return;
  case mode::quarantined:
    return;
  }
}

void image::apply(const image_changed& change) {
  const auto& work = change.work();
  const auto& events = work.changes.events;
  // Pods of a popular image lie far apart: prefetch them some events ahead.
  constexpr int pods_ahead = 8;
  auto ahead = change.first;
  const auto prefetch_next = [&] {
    if (ahead == delivery::end_of_chain)
      return;
    state_.prefetch(events[ahead].pod);
    ahead = work.next[ahead];
  };
  for (int i = 0; i < pods_ahead; ++i)
    prefetch_next();
  for (auto at = change.first; at != delivery::end_of_chain; at = work.next[at]) {
    prefetch_next();
    const auto& event = events[at];
    if (faults_ != nullptr)
      (*faults_)(state_.key(), work.last_sequence());
    state_.apply(event, work.text_of(event));
  }
}

void image::fail(const image_changed& change, std::string reason) {
  mode_ = mode::rebuilding;
  if (!trouble_)
    trouble_ = std::make_unique<trouble>();
  trouble_->reason = std::move(reason);
  send(group_, image_failed{index_, change.work().last_sequence(), trouble_->reason});
}

void image::resume_from(const image_rebuilt& rebuilt) {
  if (mode_ != mode::rebuilding)
    return;
  auto mail = std::move(trouble_->mail);
  trouble_->mail.clear();
  if (rebuilt.state) {
    mode_ = mode::working;
    state_ = *rebuilt.state;
  } else {
    mode_ = mode::quarantined;
    state_ = image_state{state_.key()};
    trouble_->reason = rebuilt.reason;
  }
  for (auto& each : mail) {
    if (each.gather != nullptr)
      give(each.gather);
    else if (each.change.work().last_sequence() > rebuilt.sequence)
      take(each.change);
  }
}

void image::give(const gathering_ptr& into) {
  switch (mode_) {
  case mode::working:
    return into->put_image(index_, state_);
  case mode::rebuilding:
    return trouble_->mail.push_back({{}, into});
  case mode::quarantined:
    return into->put_quarantined(index_, trouble_->reason);
  }
}

} // namespace tallyman
