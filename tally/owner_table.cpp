#include "tally/owner_table.hpp"

#include "base/invariant.hpp"

#include <algorithm>

namespace tallyman {

owner_index owner_table::hold(const uid& id, string_id kind, string_id api_version, string_id name_space,
                              std::string_view name) {
  const auto [found, is_new] = indexes_.try_emplace(id, owner_index{});
  if (is_new) {
    if (free_.empty()) {
      found->second = static_cast<owner_index>(entries_.size());
      entries_.emplace_back();
    } else {
      found->second = free_.top();
      free_.pop();
    }
    auto& made = entries_[found->second];
    made = {};
    made.value = {id, kind, api_version, name_space, std::string{name}};
  }
  hold_again(found->second, name_space);
  return found->second;
}

void owner_table::hold_again(owner_index index, string_id name_space) {
  auto& held = entries_[index];
  const bool is_first = held.holders++ == 0;
  if (!counts_namespaces_)
    return;
  if (is_first) {
    held.first_space = name_space;
    settle_namespace(held);
  } else if (held.scattered || held.first_space != name_space) {
    join_namespace(index, name_space);
  }
}

void owner_table::release(owner_index index, string_id name_space) {
  auto& held = entries_[index];
  invariant(held.holders > 0 && "an owner was released more often than held");
  if (--held.holders > 0) {
    if (held.scattered)
      leave_namespace(index, name_space);
    return;
  }
  scattered_.erase(index);
  indexes_.erase(held.value.id);
  held = {};
  free_.push(index);
}

// -- namespaces -----------------------------------------------------------------------------------

void owner_table::settle_namespace(entry& of) {
  of.value.name_space = of.cluster_scoped || of.scattered ? string_id::empty : of.first_space;
}

void owner_table::join_namespace(owner_index index, string_id name_space) {
  auto& held = entries_[index];
  auto& pods = scattered_[index];
  if (!held.scattered) // all but this one are in the first
    pods = {{held.first_space, held.holders - 1}};
  held.scattered = true;
  const auto known =
      std::find_if(pods.begin(), pods.end(), [&](const auto& each) { return each.first == name_space; });
  if (known == pods.end())
    pods.emplace_back(name_space, 1u);
  else
    ++known->second;
  settle_namespace(held);
}

void owner_table::leave_namespace(owner_index index, string_id name_space) {
  auto& pods = scattered_[index];
  const auto known =
      std::find_if(pods.begin(), pods.end(), [&](const auto& each) { return each.first == name_space; });
  invariant(known != pods.end() && "an owner lost a pod in a namespace where it has none");
  if (--known->second > 0)
    return;
  pods.erase(known);
  if (pods.size() > 1)
    return;
  auto& held = entries_[index];
  held.scattered = false;
  held.first_space = pods.front().first;
  scattered_.erase(index);
  settle_namespace(held);
}

void owner_table::mark_cluster_scoped(const uid& id) {
  const auto found = indexes_.find(id);
  if (found == indexes_.end())
    return;
  auto& held = entries_[found->second];
  held.cluster_scoped = true;
  settle_namespace(held);
}

// -- settings and snapshots -----------------------------------------------------------------------

void owner_table::count_namespaces(bool count) {
  counts_namespaces_ = count;
  for (auto& each : entries_)
    each.holders = 0;
}

void owner_table::restore(owner_index index, owner value, bool cluster_scoped) {
  if (index >= entries_.size())
    entries_.resize(index + 1);
  indexes_[value.id] = index;
  auto& made = entries_[index];
  made = {};
  made.value = std::move(value);
  made.cluster_scoped = cluster_scoped;
}

void owner_table::finish_restore() {
  free_ = {};
  for (auto index = static_cast<owner_index>(entries_.size()); index-- > 0;)
    if (entries_[index].holders == 0) {
      indexes_.erase(entries_[index].value.id);
      entries_[index] = {};
      free_.push(index);
    }
}

} // namespace tallyman
