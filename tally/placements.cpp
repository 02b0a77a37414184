#include "tally/placements.hpp"

#include "base/invariant.hpp"

#include <algorithm>
#include <array>

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

/// Asks for what facts need ahead of their turn, in three steps, since each needs what the one before
/// brought: a pod's number, its record, and what the record refers to. Replacements in a full cluster, one
/// thread: 1,300 to 968 CPU ns an event with those of the other tables (docs/performance.md).
class placements::lookahead {
public:
  lookahead(const placements& of, const fact_batch& batch, std::span<const platform> platforms,
            std::span<const owner_resolution> owners)
      : of_(of), batch_(batch), platforms_(platforms), owners_(owners) {
    for (std::size_t i = 0; i < record_ahead && i < batch.facts.size(); ++i)
      record(i);
  }

  /// To be called for each fact, in order.
  void before(std::size_t i) {
    const auto count = batch_.facts.size();
    if (i + number_ahead < count)
      if (const auto* const id = pod_of(batch_.facts[i + number_ahead].body))
        of_.pods_.prefetch_number(*id);
    if (i + record_ahead < count)
      record(i + record_ahead);
    if (i + rest_ahead < count)
      rest(i + rest_ahead);
  }

  /// The number of the record of fact `i`'s pod, as far as it was known ahead.
  std::uint32_t hint(std::size_t i) const { return numbers_[i % numbers_.size()]; }

private:
  static constexpr std::size_t number_ahead = 24, record_ahead = 16, rest_ahead = 8;

  void record(std::size_t i) {
    const auto* const id = pod_of(batch_.facts[i].body);
    numbers_[i % numbers_.size()] = id == nullptr ? pod_table::no_number : of_.pods_.prefetch_record(*id);
  }

  void rest(std::size_t i) const {
    const auto& body = batch_.facts[i].body;
    if (const auto* const seen = std::get_if<pod_observed>(&body)) {
      of_.owners_.prefetch(owners_[i].id);
      for (auto* c = batch_.begin_of(seen->containers); c != batch_.end_of(seen->containers); ++c)
        of_.images_.prefetch({c->image_id, platforms_[i].architecture, c->image});
    } else if (const auto* const gone = std::get_if<pod_gone>(&body)) {
      const auto* const known = hint(i) == pod_table::no_number ? nullptr : of_.pods_.find(gone->id, hint(i));
      if (known == nullptr)
        return;
      of_.owners_.prefetch(known->owner);
      for (const auto& placed : known->images)
        of_.images_.prefetch(placed.image);
    }
  }

  const placements& of_;
  const fact_batch& batch_;
  std::span<const platform> platforms_;
  std::span<const owner_resolution> owners_;
  std::array<std::uint32_t, 2 * record_ahead> numbers_{};
};

void placements::apply(const fact_batch& batch, std::span<const platform> platforms,
                       std::span<const owner_resolution> owners, image_changes& out) {
  invariant(platforms.size() == batch.facts.size() && owners.size() == batch.facts.size());
  lookahead ahead{*this, batch, platforms, owners};
  for (std::size_t i = 0; i < batch.facts.size(); ++i) {
    ahead.before(i);
    const step at{batch, batch.facts[i].time_ms, platforms[i], owners[i], out};
    forget_images(at);
    const auto& body = batch.facts[i].body;
    if (const auto* seen = std::get_if<pod_observed>(&body))
      apply_pod(*seen, at);
    else if (const auto* gone = std::get_if<pod_gone>(&body))
      forget_pod(gone->id, ahead.hint(i), at);
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
  const auto [state, is_new] = pods_.insert(seen.id);
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
    place(seen.id, state, images_wanted(seen, state, at), moved, at);
  else if (!state.images.empty() && moved)
    move_to_platform(seen.id, state, state.runs_on, at);
}

placements::wanted_images placements::images_wanted(const pod_observed& seen, const pod& state,
                                                    const step& at) const {
  wanted_images wanted;
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

void placements::place(const uid& id, pod& state, const wanted_images& wanted, bool unchanged_to_be_told,
                       const step& at) {
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

void placements::forget_pod(const uid& id, std::uint32_t hint, const step& at) {
  auto* const state = pods_.find(id, hint);
  if (state == nullptr)
    return;
  end_pod(id, *state, at);
  wait_no_more(id, *state);
  wait_for_no_parent(id, *state);
  owners_.release(state->owner);
  pods_.erase(id);
}

// -- owners and platforms that become known later ------------------------------------------------

void placements::settle_owner(const uid& id, pod& state, const owner_resolution& resolved, const step& at) {
  wait_for_no_parent(id, state);
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

void placements::wait_for_no_parent(const uid& id, const pod& state) {
  if (!state.owner_certain())
    remove_waiting(by_unknown_parent_, state.waiting_on, id);
}

void placements::platform_known(string_id node, const step& at) {
  const auto waiting = by_unknown_node_.find(node);
  if (!at.runs_on.certain || waiting == by_unknown_node_.end())
    return;
  const auto moving = in_order(waiting->second);
  by_unknown_node_.erase(waiting);
  for (const auto& id : moving)
    move_to_platform(id, *pods_.find(id), at.runs_on, at);
}

void placements::move_to_platform(const uid& id, pod& state, const platform& resolved, const step& at) {
  state.runs_on = resolved;
  wanted_images wanted;
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
    auto& state = *pods_.find(id);
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
  at.out.born.push_back({image, images_[image].key});
  const auto scanned_at = images_.scanned_at_ms(images_[image].key.identity());
  if (!scanned_at)
    return;
  auto& event = new_event(image_event_kind::identity_scanned, image, at);
  event.number = static_cast<std::uint64_t>(*scanned_at);
}

image_event& placements::new_event(image_event_kind kind, image_index image, const step& at) {
  auto& event = at.out.events.emplace_back();
  event.time_ms = at.time_ms;
  event.part = at.out.part;
  event.image = image;
  event.kind = kind;
  return event;
}

void placements::gain(const uid& id, const pod& state, placed_image placed, const step& at) {
  auto& event = new_event(image_event_kind::pod_gained, placed.image, at);
  event.pod = id;
  event.owner = state.owner;
  event.os = state.runs_on.os;
  event.runtime = placed.runtime;
  event.owner_certain = state.owner_certain();
  event.platform_certain = state.runs_on.certain;
}

void placements::lose(const uid& id, image_index image, const step& at) {
  images_.lose_pod(image, at.time_ms);
  auto& event = new_event(image_event_kind::pod_lost, image, at);
  event.pod = id;
}

void placements::apply_scan(const scan_finished& scan, const step& at) {
  const scan_identity identity{scan.image_id, scan.architecture};
  if (scan.outcome == scan_outcome::succeeded)
    images_.mark_scanned(identity, at.time_ms);
  for (const auto image : images_.names_of(identity)) {
    auto& event = new_event(image_event_kind::scan_finished, image, at);
    event.number = scan.wait_ms;
    event.text = scan.error;
    event.outcome = scan.outcome;
  }
}

void placements::apply_answer(const remote_answered& answer, const step& at) {
  const scan_identity identity{answer.image_id, answer.architecture};
  if (answer.scanned && !images_.scanned_at_ms(identity))
    images_.mark_scanned(identity, at.time_ms);
  for (const auto image : images_.names_of(identity)) {
    auto& event = new_event(image_event_kind::remote_answered, image, at);
    event.number = answer.scanned ? 1 : 0;
  }
}

void placements::apply_acknowledgement(const remote_acknowledged& ack, const step& at) {
  const auto image = images_.find({ack.image_id, ack.architecture, ack.name});
  if (!image)
    return;
  auto& event = new_event(image_event_kind::remote_acknowledged, *image, at);
  event.number = ack.version;
}

void placements::forget_images(const step& at) {
  while (const auto image = images_.take_forgotten(at.time_ms)) {
    new_event(image_event_kind::forgotten, *image, at);
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
  pods_.insert(id).pod = std::move(state);
}

void placements::finish_restore() {
  owners_.finish_restore();
  images_.finish_restore();
}

} // namespace tallyman
