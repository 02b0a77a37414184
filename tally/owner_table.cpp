#include "tally/owner_table.hpp"

#include "base/invariant.hpp"

namespace tallyman {

owner_index owner_table::hold(const uid& id, string_id kind, string_id name_space, std::string_view name) {
  const auto [place, is_new] = indexes_.try_emplace(id, owner_index{});
  if (is_new) {
    if (free_.empty()) {
      place->second = static_cast<owner_index>(entries_.size());
      entries_.emplace_back();
    } else {
      place->second = free_.top();
      free_.pop();
    }
    entries_[place->second] = {{id, kind, name_space, std::string{name}}, 0};
  }
  hold_again(place->second);
  return place->second;
}

void owner_table::hold_again(owner_index index) {
  ++entries_[index].holders;
}

void owner_table::release(owner_index index) {
  auto& held = entries_[index];
  invariant(held.holders > 0 && "an owner was released more often than held");
  if (--held.holders > 0)
    return;
  indexes_.erase(held.value.id);
  held.value = {};
  free_.push(index);
}

void owner_table::restore(owner_index index, owner value) {
  if (index >= entries_.size())
    entries_.resize(index + 1);
  indexes_[value.id] = index;
  entries_[index] = {std::move(value), 0};
}

void owner_table::finish_restore() {
  free_ = {};
  for (auto index = static_cast<owner_index>(entries_.size()); index-- > 0;)
    if (entries_[index].holders == 0) {
      indexes_.erase(entries_[index].value.id);
      entries_[index].value = {};
      free_.push(index);
    }
}

} // namespace tallyman
