// Placements under other settings, and from a snapshot.

#include "tally/placements_step.hpp"

namespace tallyman {

// -- settings ------------------------------------------------------------------------------------

void placements::apply_settings(const settings_changed& settings, const step& at) {
  images_.set_grace_ms(settings.scan_grace_ms);
  if (by_first_rules() && settings.rules != tally_rules::first)
    begin_second_rules(at);
}

// What is placed stays as it is until it is seen again, which `list_anew` sees to.
void placements::begin_second_rules(const step& at) {
  images_.merge_identities();
  for (image_index image = 0; image < images_.size(); ++image)
    if (images_[image].live)
      inherit_scan(image, at);
  owners_.count_namespaces(true);
  for (const auto& [id, each] : pods_) {
    owners_.hold_again(each.owner, each.name_space);
    note_platform(each);
  }
}

// -- snapshots -----------------------------------------------------------------------------------

void placements::restore_rules(tally_rules rules) {
  images_.restore_rules(rules);
  owners_.count_namespaces(rules != tally_rules::first);
}

void placements::restore_platform(string_id node, const platform& said) {
  if (said.certain)
    platforms_[node] = said;
}

void placements::restore(const uid& id, pod state, const uid& waiting_on, bool is_followed) {
  owners_.hold_again(state.owner, state.name_space);
  state.for_each_image([&](const placed_container& placed) { images_.restore_pod(placed.image); });
  if (!state.runs_on.certain && state.node != string_id::empty)
    by_unknown_node_[state.node].insert(id);
  if (!waiting_on.empty())
    wait_for(waiting_on, id, state);
  note_platform(state);
  auto [place, number, is_new] = pods_.insert(id);
  if (is_followed) {
    const auto joined = below_.join(state.controller, number);
    *joined.likely_owner = state.owner;
    state.place = joined.place;
  }
  place = std::move(state);
}

void placements::finish_restore() {
  owners_.finish_restore();
  images_.finish_restore();
}

} // namespace tallyman
