#include "tally/placements.hpp"

#include "base/invariant.hpp"
#include "base/overloaded.hpp"
#include "tally/placements_lookahead.hpp"
#include "tally/placements_step.hpp"

#include <algorithm>
#include <variant>

namespace tallyman {

namespace {

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

placements::placements(const string_table& strings, tally_rules rules) : images_(strings, rules) {
  owners_.count_namespaces(rules != tally_rules::first);
}

void placements::apply(fact_batch& batch, std::span<const platform> platforms,
                       const owner_resolutions& owners, image_changes& out) {
  invariant(platforms.size() == batch.facts.size() && owners.of.size() == batch.facts.size());
  lookahead ahead{*this, batch, platforms, owners.of};
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    ahead.before(i);
    const step at{batch,        batch.facts[i].time_ms,        platforms[i],
                  owners.of[i], owners.below_of(owners.of[i]), out};
    forget_images(at);
    std::visit(overloaded{[&](const pod_observed& seen) { apply_pod(seen, at); },
                          [&](const pod_gone& gone) { forget_pod(gone.id, ahead.hint(i), at); },
                          [&](const node_observed& seen) { node_seen(seen.name, at); },
                          [](const node_gone&) {}, // its pods keep what it was
                          [&](const workload_observed& seen) { workload_seen(seen.id, at); },
                          [](const workload_gone&) {}, // what was found through it stays
                          [&](const scan_finished& scan) { apply_scan(scan, at); },
                          [&](const remote_answered& answer) { apply_answer(answer, at); },
                          [&](const remote_acknowledged& ack) { apply_acknowledgement(ack, at); },
                          [&](const settings_changed& settings) { apply_settings(settings, at); },
                          [](const list_synced&) {}, [](const bookmarked&) {}},
               batch.facts[i].body);
  }
}

// -- pods ----------------------------------------------------------------------------------------

void placements::apply_pod(const pod_observed& seen, const step& at) {
  const auto [state, number, is_new] = pods_.insert(seen.id);
  const auto was = state.runs_on;
  const auto owner_before = state.owner;
  const auto certain_before = state.owner_certain;
  if (is_new) {
    state.name = at.batch.text(seen.name);
    state.name_space = seen.name_space;
    join_controller(number, state, seen.controller.id, at);
  } else if (state.controller != seen.controller.id) {
    leave_controller(number, state);
    join_controller(number, state, seen.controller.id, at);
    owners_.release(owner_before, state.name_space);
  } else if (!by_first_rules()) {
    keep_owner(number, state, at);
  }
  if (is_new || state.node != seen.node) {
    wait_for_no_node(seen.id, state);
    state.node = seen.node;
    settle_platform(seen.id, state, at.runs_on);
  } else if (at.runs_on.certain && at.runs_on != state.runs_on && !by_first_rules()) {
    wait_for_no_node(seen.id, state);
    settle_platform(seen.id, state, at.runs_on);
  }
  state.phase = seen.phase;
  if (seen.phase == pod_phase::succeeded || seen.phase == pod_phase::failed)
    return end_pod(seen.id, state, was.os, at);
  const bool moved =
      owner_before != state.owner || certain_before != state.owner_certain || was != state.runs_on;
  if (seen.phase == pod_phase::running || !by_first_rules())
    place(seen.id, state, containers_wanted(seen, state, at), was, moved, at);
  else if (!state.containers.empty() && moved)
    move_to_platform(seen.id, state, state.runs_on, was, at);
}

placements::wanted_containers placements::containers_wanted(const pod_observed& seen, const pod& state,
                                                            const step& at) const {
  wanted_containers wanted;
  for (auto* c = at.batch.begin_of(seen.containers); c != at.batch.end_of(seen.containers); ++c) {
    // The image of a volume is there before its digest is known; a container runs nothing before.
    if (c->image == string_id::empty ||
        (c->image_id == string_id::empty && c->list != container_list::volume))
      continue;
    wanted.push_back({{c->image_id, state.runs_on.architecture, paired_name(*c, state)},
                      {0, c->runtime, c->name, run_of(*c)}});
  }
  return wanted;
}

// The image of the spec is what is wanted, and may change while the container that it was started with still
// runs: a name stays with the id that came of it until there is another container.
string_id placements::paired_name(const container& seen, const pod& state) const {
  if (state.containers.empty() || by_first_rules())
    return seen.image;
  const auto before =
      std::find_if(state.containers.begin(), state.containers.end(), [&](const placed_container& each) {
        return each.name == seen.name && each.run == run_of(seen);
      });
  if (before == state.containers.end())
    return seen.image;
  const auto& key = images_[before->image].key;
  return key.image_id == seen.image_id ? key.name : seen.image;
}

void placements::place(const uid& id, pod& state, const wanted_containers& wanted, const platform& was,
                       bool is_told, const step& at) {
  absl::InlinedVector<placed_container, 3> now, twins;
  const auto had_end = state.containers.begin() + state.images;
  for (const auto& want : wanted) {
    const auto of_image = [&](const placed_container& each) { return images_[each.image].key == want.key; };
    auto placed = want.as;
    if (std::any_of(wanted.begin(), &want,
                    [&](const wanted_container& each) { return each.key == want.key; })) {
      placed.image = std::find_if(now.begin(), now.end(), of_image)->image;
      twins.push_back(placed);
      continue;
    }
    const auto had = std::find_if(state.containers.begin(), had_end, of_image);
    if (had == had_end) {
      const auto [image, is_new] = images_.gain_pod(want.key);
      if (is_new)
        add_image(image, at);
      placed.image = image;
      now.push_back(placed);
      gain(id, state, placed, at);
      continue;
    }
    placed.image = had->image;
    now.push_back(placed);
    if (is_told || had->runtime != placed.runtime)
      tell(id, state, placed, pack_report(was.os, had->runtime), at);
  }
  state.for_each_image([&](const placed_container& before) {
    const auto is_kept = [&](const placed_container& placed) { return placed.image == before.image; };
    if (std::none_of(now.begin(), now.end(), is_kept))
      lose(id, before, was.os, at);
  });
  state.set_images(now.size());
  now.insert(now.end(), twins.begin(), twins.end());
  state.containers = std::move(now);
}

void placements::end_pod(const uid& id, pod& state, string_id os, const step& at) {
  state.for_each_image([&](const placed_container& placed) { lose(id, placed, os, at); });
  state.set_images(0);
  state.containers.clear();
}

void placements::forget_pod(const uid& id, std::uint32_t hint, const step& at) {
  const auto number = pods_.number_of(id, hint);
  if (number == pod_table::no_number)
    return;
  auto& state = pods_[number].second;
  end_pod(id, state, state.runs_on.os, at);
  wait_for_no_node(id, state);
  leave_controller(number, state);
  owners_.release(state.owner, state.name_space);
  pods_.erase(id);
}

// -- owners --------------------------------------------------------------------------------------

void placements::join_controller(std::uint32_t number, pod& state, const uid& controller, const step& at) {
  state.controller = controller;
  owner_index* likely = nullptr;
  if (at.owned_by.is_followed) {
    const auto joined = below_.join(controller, number);
    state.place = joined.place;
    likely = joined.likely_owner;
  }
  take_owner(pods_[number].first, state, likely, at);
}

void placements::leave_controller(std::uint32_t number, pod& state) {
  stop_waiting(pods_[number].first, state);
  if (state.place == pods_below::no_place)
    return;
  const auto moved = below_.leave(state.controller, number, state.place);
  if (moved != pods_below::no_place)
    pods_[moved].second.place = state.place;
  state.place = pods_below::no_place;
}

// Its controller is the same; what that leads to may be another. A parent that is gone is no news.
void placements::keep_owner(std::uint32_t number, pod& state, const step& at) {
  const auto& resolved = at.owned_by;
  if (resolved.is_followed && state.place == pods_below::no_place) { // since the settings name its kind
    const auto joined = below_.join(state.controller, number);
    *joined.likely_owner = state.owner;
    state.place = joined.place;
  }
  if (resolved.certain() && (!state.owner_certain || owners_[state.owner].id != resolved.id))
    take_other_owner(pods_[number].first, state, at);
}

/// The pod must not wait for a parent. What it had is still held.
void placements::take_owner(const uid& id, pod& state, owner_index* likely, const step& at) {
  const auto& resolved = at.owned_by;
  if (likely != nullptr && owners_.is_number_of(*likely, resolved.id)) {
    state.owner = *likely;
    owners_.hold_again(state.owner, state.name_space);
  } else {
    state.owner = owners_.hold(resolved.id, resolved.kind, resolved.api_version, state.name_space,
                               at.batch.text(resolved.name));
    if (likely != nullptr)
      *likely = state.owner;
  }
  if (resolved.cluster_scoped)
    owners_.mark_cluster_scoped(resolved.id);
  if (!resolved.certain())
    wait_for(resolved.waiting_on, id, state);
}

uid placements::waiting_on(const uid& id) const {
  const auto found = waiting_on_.find(id);
  return found == waiting_on_.end() ? uid{} : found->second;
}

void placements::wait_for(const uid& parent, const uid& id, pod& state) {
  state.owner_certain = false;
  waiting_on_[id] = parent;
  by_unknown_parent_[parent].insert(id);
}

void placements::stop_waiting(const uid& id, pod& state) {
  if (state.owner_certain)
    return;
  state.owner_certain = true;
  const auto found = waiting_on_.find(id);
  remove_waiting(by_unknown_parent_, found->second, id);
  waiting_on_.erase(found);
}

void placements::take_other_owner(const uid& id, pod& state, const step& at) {
  const auto before = state.owner;
  stop_waiting(id, state);
  take_owner(id, state, nullptr, at);
  // Released last: the images still hold the old owner's number until they have heard of the new one.
  owners_.release(before, state.name_space);
}

// By the second rules all pods below it, else those that wait for it. Hash order must not reach the images:
// of two pods that move at one fact, the lower uid moves first.
std::vector<uid> placements::pods_to_move(const uid& workload, const step& at) const {
  std::vector<uid> moving;
  if (const auto waiting = by_unknown_parent_.find(workload); waiting != by_unknown_parent_.end())
    moving.assign(waiting->second.begin(), waiting->second.end());
  if (!by_first_rules())
    for (const auto& each : at.below)
      for (const auto number : below_.of(each))
        moving.push_back(pods_[number].first);
  std::sort(moving.begin(), moving.end());
  moving.erase(std::unique(moving.begin(), moving.end()), moving.end());
  return moving;
}

void placements::workload_seen(const uid& workload, const step& at) {
  const auto& resolved = at.owned_by;
  if (resolved.cluster_scoped)
    owners_.mark_cluster_scoped(resolved.id);
  for (const auto& id : pods_to_move(workload, at)) {
    auto& state = *pods_.find(id);
    const bool is_same = owners_[state.owner].id == resolved.id && waiting_on(id) == resolved.waiting_on;
    // A parent that is gone is no news: the owner that was found through it stays.
    const bool is_news = resolved.certain() || resolved.is_new_link || !state.owner_certain;
    if (is_same || !is_news)
      continue;
    take_other_owner(id, state, at);
    tell_all(id, state, at);
  }
}

// -- platforms -----------------------------------------------------------------------------------

void placements::settle_platform(const uid& id, pod& state, const platform& resolved) {
  state.runs_on = resolved;
  if (!resolved.certain && state.node != string_id::empty)
    by_unknown_node_[state.node].insert(id);
}

void placements::wait_for_no_node(const uid& id, const pod& state) {
  if (!state.runs_on.certain)
    remove_waiting(by_unknown_node_, state.node, id);
}

void placements::node_seen(string_id node, const step& at) {
  if (!at.runs_on.certain)
    return;
  std::vector<uid> moving;
  if (const auto waiting = by_unknown_node_.find(node); waiting != by_unknown_node_.end()) {
    moving.assign(waiting->second.begin(), waiting->second.end());
    by_unknown_node_.erase(waiting);
  }
  const auto [said, is_new] = platforms_.try_emplace(node, at.runs_on);
  // Machines change under a name so rarely that all pods are looked through then.
  if (!is_new && said->second != at.runs_on && !by_first_rules())
    for (const auto& [id, each] : pods_)
      if (each.node == node && each.runs_on.certain && each.runs_on != at.runs_on)
        moving.push_back(id);
  said->second = at.runs_on;
  std::sort(moving.begin(), moving.end());
  for (const auto& id : moving) {
    auto& state = *pods_.find(id);
    move_to_platform(id, state, at.runs_on, state.runs_on, at);
  }
}

void placements::move_to_platform(const uid& id, pod& state, const platform& resolved, platform was,
                                  const step& at) {
  state.runs_on = resolved;
  wanted_containers wanted;
  for (const auto& placed : state.containers) {
    auto key = images_[placed.image].key;
    key.architecture = resolved.architecture;
    wanted.push_back({key, placed});
  }
  place(id, state, wanted, was, true, at);
}

void placements::note_platform(const pod& state) {
  if (!state.runs_on.certain)
    return;
  const auto [said, is_new] = platforms_.try_emplace(state.node, state.runs_on);
  if (!is_new && said->second != state.runs_on)
    said->second = {};
}

// -- images --------------------------------------------------------------------------------------

void placements::add_image(image_index image, const step& at) {
  at.out.added.push_back({image, images_[image].key});
  const auto& scan = images_.scan_of(images_.identity_of(images_[image].key));
  // By the first rules a new name of a failing image starts at the first step.
  if (by_first_rules() ? scan.scanned : scan != scan_state{})
    inherit_scan(image, at);
}

image_event& placements::new_event(image_event_kind kind, image_index image, const step& at) {
  auto& event = at.out.events.emplace_back();
  event.time_ms = at.time_ms;
  event.part = at.out.part;
  event.image = image;
  event.kind = kind;
  return event;
}

void placements::gain(const uid& id, const pod& state, const placed_container& placed, const step& at) {
  auto& event = new_event(image_event_kind::pod_gained, placed.image, at);
  event.pod = id;
  event.owner = state.owner;
  event.os = state.runs_on.os;
  event.runtime = placed.runtime;
  event.owner_certain = state.owner_certain;
  event.platform_certain = state.runs_on.certain;
}

void placements::tell(const uid& id, const pod& state, const placed_container& placed, std::uint64_t before,
                      const step& at) {
  gain(id, state, placed, at);
  auto& event = at.out.events.back();
  event.kind = image_event_kind::pod_told;
  event.number = before;
}

void placements::tell_all(const uid& id, const pod& state, const step& at) {
  state.for_each_image([&](const placed_container& placed) {
    tell(id, state, placed, pack_report(state.runs_on.os, placed.runtime), at);
  });
}

void placements::lose(const uid& id, const placed_container& placed, string_id os, const step& at) {
  images_.lose_pod(placed.image, at.time_ms);
  auto& event = new_event(image_event_kind::pod_lost, placed.image, at);
  event.pod = id;
  event.os = os;
  event.runtime = placed.runtime;
}

void placements::forget_images(const step& at) {
  while (const auto image = images_.take_forgotten(at.time_ms))
    new_event(image_event_kind::forgotten, *image, at);
}

} // namespace tallyman
