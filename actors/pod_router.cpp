#include "actors/pod_router.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/node_registry.hpp"
#include "actors/workload_registry.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace tallyman {

pod_router::pod_router(caf::actor_config& config, image_group_options options, std::size_t groups,
                       cluster_state initial)
    : caf::event_based_actor(config), options_(std::move(options)), durable_sequence_(initial.sequence),
      initial_nodes_(std::move(initial.nodes)), initial_workloads_(std::move(initial.workloads)),
      initial_images_(std::move(initial.images)), placements_(std::move(initial.placed)),
      positions_(std::move(initial.positions)), applied_sequence_(initial.sequence),
      applied_time_ms_(initial.time_ms), groups_(groups) {}

caf::behavior pod_router::make_behavior() {
  set_default_handler(drop_unexpected);
  const auto self = caf::actor_cast<caf::actor>(this);
  const auto workloads = spawn<workload_registry, caf::linked>(std::move(initial_workloads_), self);
  node_registry_ = spawn<node_registry, caf::linked>(std::move(initial_nodes_), workloads);
  spawn_groups();
  return {
      [this](facts_journaled& journaled) {
        in_flight_.push_back(std::move(journaled.work));
        release_durable();
      },
      [this](facts_durable durable) {
        durable_sequence_ = std::max(durable_sequence_, durable.sequence);
        release_durable();
      },
      [this](facts_resolved& resolved) { apply(resolved.work); },
  };
}

void pod_router::on_exit() {
  in_flight_.clear();
  node_registry_ = nullptr;
  groups_.clear();
  options_.log.reset();
}

void pod_router::spawn_groups() {
  std::vector<image_group::images> shares(groups_.size());
  chain_ends_.resize(initial_images_.size(), delivery::end_of_chain);
  for (image_index index = 0; index < initial_images_.size(); ++index)
    if (placements_.images()[index].live)
      shares[group_of(index)].emplace_back(index, std::move(initial_images_[index]));
  initial_images_ = {};
  for (std::size_t i = 0; i < groups_.size(); ++i)
    groups_[i] = spawn<image_group, caf::linked>(options_, groups_.size(), std::move(shares[i]));
}

void pod_router::release_durable() {
  const auto is_durable = [&](const submission_ptr& each) {
    return each->last_sequence() <= durable_sequence_;
  };
  while (!in_flight_.empty() && is_durable(in_flight_.front())) {
    auto work = std::make_shared<delivery>();
    do {
      work->parts.push_back(std::move(in_flight_.front()));
      in_flight_.pop_front();
    } while (!work->is_marker() && !in_flight_.empty() && !in_flight_.front()->gather &&
             is_durable(in_flight_.front()));
    send(node_registry_, resolve_platforms{std::move(work)});
  }
}

void pod_router::apply(const delivery_ptr& work) {
  if (work->is_marker())
    return give_pieces(work->parts.front()->gather);
  placements_.recycle_images();
  for (const auto& part : work->parts) {
    placements_.apply(part->batch, part->platforms, part->owners, work->changes);
    ++work->changes.part;
    positions_.apply(part->batch);
  }
  applied_sequence_ = work->last_sequence();
  applied_time_ms_ = work->parts.back()->batch.facts.back().time_ms;
  route(work);
}

void pod_router::give_pieces(const gathering_ptr& into) {
  into->put_placements(placements_, positions_, applied_sequence_, applied_time_ms_);
  for (const auto& group : groups_)
    send(group, image_gather{into});
}

void pod_router::route(const delivery_ptr& work) {
  std::vector<group_share_ptr> shares;
  for (std::size_t i = 0; i < groups_.size(); ++i)
    shares.push_back(std::make_shared<group_share>(group_share{work, {}, {}, {}}));
  for (const auto& each : work->changes.added)
    shares[group_of(each.index)]->added.push_back(each);
  chain_ends_.resize(placements_.images().size(), delivery::end_of_chain);
  const auto& events = work->changes.events;
  work->next.assign(events.size(), delivery::end_of_chain);
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    const auto index = events[i].image;
    auto& end = chain_ends_[index];
    if (end == delivery::end_of_chain)
      shares[group_of(index)]->firsts.push_back(i);
    else
      work->next[end] = i;
    end = i;
    if (events[i].kind == image_event_kind::forgotten)
      shares[group_of(index)]->forgotten.push_back(index);
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (const auto first : shares[i]->firsts)
      chain_ends_[events[first].image] = delivery::end_of_chain;
    if (!shares[i]->firsts.empty())
      send(groups_[i], images_changed{std::move(shares[i])});
  }
}

} // namespace tallyman
