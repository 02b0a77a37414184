#include "tally/placements.hpp"

#include <algorithm>
#include <cassert>

namespace tallyman {

namespace {

// Hash order must not reach the images: of two pods that move at one fact, the lower uid moves first.
std::vector<uid> in_order(const absl::flat_hash_set<uid>& pods) {
  std::vector<uid> ordered{pods.begin(), pods.end()};
  std::sort(ordered.begin(), ordered.end());
  return ordered;
}

template <class Map, class Key>
void remove_waiting(Map& waiting, const Key& key, const uid& id) {
  const auto found = waiting.find(key);
  if (found == waiting.end())
    return;
  found->second.erase(id);
  if (found->second.empty())
    waiting.erase(found);
}

} // namespace

struct placements::step {
  const fact_batch& batch;
  std::int64_t time_ms;
  const platform& runs_on;
  const owner_resolution& owned_by;
  image_changes& out;
};

void placements::apply(const fact_batch& batch, std::span<const platform> platforms,
                       std::span<const owner_resolution> owners, image_changes& out) {
  assert(platforms.size() == batch.facts.size() && owners.size() == batch.facts.size());
  images_.recycle();
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    const step at{batch, batch.facts[i].time_ms, platforms[i], owners[i], out};
    forget_images(at);
    const auto& body = batch.facts[i].body;
    if (const auto* seen = std::get_if<pod_observed>(&body))
      apply_pod(*seen, at);
    else if (const auto* gone = std::get_if<pod_gone>(&body))
      forget_pod(gone->id, at);
    else if (const auto* node = std::get_if<node_observed>(&body))
      platform_known(node->name, at);
    else if (const auto* workload = std::get_if<workload_observed>(&body))
      owner_known(workload->id, at);
    else if (const auto* scan = std::get_if<scan_finished>(&body))
      apply_scan(*scan, at);
    else if (const auto* answer = std::get_if<remote_answered>(&body))
      apply_answer(*answer, at);
    else if (const auto* ack = std::get_if<remote_acknowledged>(&body))
      apply_acknowledgement(*ack, at);
    else if (const auto* settings = std::get_if<settings_changed>(&body))
      images_.set_grace_ms(settings->scan_grace_ms);
  }
}

// -- pods ----------------------------------------------------------------------------------------

void placements::apply_pod(const pod_observed& seen, const step& at) {
  const auto [place_of_pod, is_new] = pods_.try_emplace(seen.id);
  auto& state = place_of_pod->second;
  const auto owner_before = state.owner;
  const auto certain_before = state.owner_certain();
  const auto platform_before = state.runs_on;
  if (is_new) {
    state.name = at.batch.text(seen.name);
    state.name_space = seen.name_space;
  }
  if (is_new || state.controller != seen.controller.id) {
    const auto held_before = state.owner;
    state.controller = seen.controller.id;
    settle_owner(seen.id, state, at.owned_by, at);
    if (!is_new)
      owners_.release(held_before);
  }
  if (is_new || state.node != seen.node) {
    wait_no_more(seen.id, state);
    state.node = seen.node;
    settle_platform(seen.id, state, at.runs_on);
  }
  state.phase = seen.phase;
  if (seen.phase == pod_phase::succeeded || seen.phase == pod_phase::failed)
    return end_pod(seen.id, state, at);
  const bool moved = owner_before != state.owner || certain_before != state.owner_certain() ||
                     platform_before != state.runs_on;
  if (seen.phase == pod_phase::running)
    place(seen.id, state, wanted_images(seen, state, at), moved, at);
  else if (!state.images.empty() && moved)
    move_to_platform(seen.id, state, state.runs_on, at);
}

std::vector<placements::wanted_image> placements::wanted_images(const pod_observed& seen, const pod& state,
                                                                const step& at) const {
  std::vector<wanted_image> wanted;
  for (auto* c = at.batch.begin_of(seen.containers); c != at.batch.end_of(seen.containers); ++c) {
    if (c->image == string_id::empty || c->image_id == string_id::empty)
      continue;
    const image_key key{c->image_id, state.runs_on.architecture, c->image};
    const auto same = [&](const wanted_image& other) { return other.key == key; };
    if (std::none_of(wanted.begin(), wanted.end(), same))
      wanted.push_back({key, c->runtime});
  }
  return wanted;
}

void placements::place(const uid& id, pod& state, const std::vector<wanted_image>& wanted,
                       bool unchanged_to_be_told, const step& at) {
  absl::InlinedVector<placed_image, 3> now;
  for (const auto& want : wanted) {
    const auto had = std::find_if(state.images.begin(), state.images.end(), [&](const placed_image& placed) {
      return images_[placed.image].key == want.key;
    });
    if (had == state.images.end()) {
      const auto [image, is_new] = images_.gain_pod(want.key);
      if (is_new)
        bear(image, at);
      now.push_back({image, want.runtime});
      gain(id, state, now.back(), at);
      continue;
    }
    now.push_back({had->image, want.runtime});
    if (unchanged_to_be_told || had->runtime != want.runtime)
      gain(id, state, now.back(), at);
  }
  for (const auto& before : state.images) {
    const auto kept = [&](const placed_image& placed) { return placed.image == before.image; };
    if (std::none_of(now.begin(), now.end(), kept))
      lose(id, before.image, at);
  }
  state.images = std::move(now);
}

void placements::end_pod(const uid& id, pod& state, const step& at) {
  for (const auto& placed : state.images)
    lose(id, placed.image, at);
  state.images.clear();
}

void placements::forget_pod(const uid& id, const step& at) {
  const auto found = pods_.find(id);
  if (found == pods_.end())
    return;
  auto& state = found->second;
  end_pod(id, state, at);
  wait_no_more(id, state);
  remove_waiting(by_unknown_parent_, state.waiting_on, id);
  owners_.release(state.owner);
  pods_.erase(found);
}

// -- owners and platforms that become known later ------------------------------------------------

void placements::settle_owner(const uid& id, pod& state, const owner_resolution& resolved, const step& at) {
  remove_waiting(by_unknown_parent_, state.waiting_on, id);
  state.owner = owners_.hold(resolved.id, resolved.kind, state.name_space, at.batch.text(resolved.name));
  state.waiting_on = resolved.waiting_on;
  if (!resolved.certain())
    by_unknown_parent_[resolved.waiting_on].insert(id);
}

void placements::settle_platform(const uid& id, pod& state, const platform& resolved) {
  state.runs_on = resolved;
  if (!resolved.certain && state.node != string_id::empty)
    by_unknown_node_[state.node].insert(id);
}

void placements::wait_no_more(const uid& id, const pod& state) {
  if (!state.runs_on.certain)
    remove_waiting(by_unknown_node_, state.node, id);
}

void placements::platform_known(string_id node, const step& at) {
  const auto waiting = by_unknown_node_.find(node);
  if (!at.runs_on.certain || waiting == by_unknown_node_.end())
    return;
  const auto moving = in_order(waiting->second);
  by_unknown_node_.erase(waiting);
  for (const auto& id : moving)
    move_to_platform(id, pods_.find(id)->second, at.runs_on, at);
}

void placements::move_to_platform(const uid& id, pod& state, const platform& resolved, const step& at) {
  state.runs_on = resolved;
  std::vector<wanted_image> wanted;
  for (const auto& placed : state.images) {
    auto key = images_[placed.image].key;
    key.architecture = resolved.architecture;
    wanted.push_back({key, placed.runtime});
  }
  place(id, state, wanted, true, at);
}

void placements::owner_known(const uid& parent, const step& at) {
  const auto waiting = by_unknown_parent_.find(parent);
  if (waiting == by_unknown_parent_.end())
    return;
  for (const auto& id : in_order(waiting->second)) {
    auto& state = pods_.find(id)->second;
    const auto before = state.owner;
    settle_owner(id, state, at.owned_by, at);
    tell_all(id, state, at);
    // Released last: the images still hold the old owner's number until they have heard of the new one.
    owners_.release(before);
  }
}

void placements::tell_all(const uid& id, const pod& state, const step& at) {
  for (const auto& placed : state.images)
    gain(id, state, placed, at);
}

// -- images --------------------------------------------------------------------------------------

// A new name of an identity that was scanned is scanned.
void placements::bear(image_index image, const step& at) {
  at.out.born.push_back(image);
  const auto scanned_at = images_.scanned_at_ms(images_[image].key.identity());
  if (!scanned_at)
    return;
  image_event event;
  event.time_ms = at.time_ms;
  event.number = static_cast<std::uint64_t>(*scanned_at);
  event.image = image;
  event.kind = image_event_kind::identity_scanned;
  at.out.events.push_back(event);
}

void placements::gain(const uid& id, const pod& state, placed_image placed, const step& at) {
  image_event event;
  event.time_ms = at.time_ms;
  event.pod = id;
  event.image = placed.image;
  event.owner = state.owner;
  event.os = state.runs_on.os;
  event.runtime = placed.runtime;
  event.kind = image_event_kind::pod_gained;
  event.owner_certain = state.owner_certain();
  event.platform_certain = state.runs_on.certain;
  at.out.events.push_back(event);
}

void placements::lose(const uid& id, image_index image, const step& at) {
  images_.lose_pod(image, at.time_ms);
  image_event event;
  event.time_ms = at.time_ms;
  event.pod = id;
  event.image = image;
  event.kind = image_event_kind::pod_lost;
  at.out.events.push_back(event);
}

void placements::apply_scan(const scan_finished& scan, const step& at) {
  const scan_identity identity{scan.image_id, scan.architecture};
  if (scan.outcome == scan_outcome::succeeded)
    images_.mark_scanned(identity, at.time_ms);
  for (const auto image : images_.names_of(identity)) {
    image_event event;
    event.time_ms = at.time_ms;
    event.number = scan.wait_ms;
    event.text = scan.error;
    event.image = image;
    event.kind = image_event_kind::scan_finished;
    event.outcome = scan.outcome;
    at.out.events.push_back(event);
  }
}

void placements::apply_answer(const remote_answered& answer, const step& at) {
  const scan_identity identity{answer.image_id, answer.architecture};
  if (answer.scanned && !images_.scanned_at_ms(identity))
    images_.mark_scanned(identity, at.time_ms);
  for (const auto image : images_.names_of(identity)) {
    image_event event;
    event.time_ms = at.time_ms;
    event.number = answer.scanned ? 1 : 0;
    event.image = image;
    event.kind = image_event_kind::remote_answered;
    at.out.events.push_back(event);
  }
}

void placements::apply_acknowledgement(const remote_acknowledged& ack, const step& at) {
  const auto image = images_.find({ack.image_id, ack.architecture, ack.name});
  if (!image)
    return;
  image_event event;
  event.time_ms = at.time_ms;
  event.number = ack.version;
  event.image = *image;
  event.kind = image_event_kind::remote_acknowledged;
  at.out.events.push_back(event);
}

void placements::forget_images(const step& at) {
  while (const auto image = images_.take_forgotten(at.time_ms)) {
    image_event event;
    event.time_ms = at.time_ms;
    event.image = *image;
    event.kind = image_event_kind::forgotten;
    at.out.events.push_back(event);
  }
}

// -- snapshots -----------------------------------------------------------------------------------

void placements::restore(const uid& id, pod state) {
  owners_.hold_again(state.owner);
  for (const auto& placed : state.images)
    images_.restore_pod(placed.image);
  if (!state.runs_on.certain && state.node != string_id::empty)
    by_unknown_node_[state.node].insert(id);
  if (!state.owner_certain())
    by_unknown_parent_[state.waiting_on].insert(id);
  pods_[id] = std::move(state);
}

void placements::finish_restore() {
  owners_.finish_restore();
  images_.finish_restore();
}

} // namespace tallyman
