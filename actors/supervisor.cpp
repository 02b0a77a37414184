#include "actors/supervisor.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/image_rebuilder.hpp"
#include "actors/node_registry.hpp"
#include "actors/snapshot_writer.hpp"
#include "actors/workload_registry.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <cassert>

namespace tallyman {

supervisor::supervisor(caf::actor_config& config, supervisor_options options, cluster_state initial)
    : caf::event_based_actor(config), options_(std::move(options)), strings_(initial.strings),
      sequencer_(strings_, std::move(initial.incoming), initial.sequence, initial.time_ms, options_.now),
      writer_(*strings_, initial.defined_strings), durable_sequence_(initial.sequence),
      initial_nodes_(std::move(initial.nodes)), initial_workloads_(std::move(initial.workloads)),
      initial_images_(std::move(initial.images)), placements_(std::move(initial.placed)),
      positions_(std::move(initial.positions)), applied_sequence_(initial.sequence),
      applied_time_ms_(initial.time_ms), last_snapshot_sequence_(initial.sequence) {}

caf::behavior supervisor::make_behavior() {
  set_default_handler(drop_unexpected);
  const auto self = caf::actor_cast<caf::actor>(this);
  const auto workloads = spawn<workload_registry, caf::linked>(std::move(initial_workloads_), self);
  node_registry_ = spawn<node_registry, caf::linked>(std::move(initial_nodes_), workloads);
  for (image_index index = 0; index < initial_images_.size(); ++index)
    if (placements_.images()[index].live)
      spawn_image(index, std::move(initial_images_[index]));
  initial_images_ = {};
  return {
      [this](facts_seen& arrived) { journal(arrived); },
      [this](facts_replayed& replayed) {
        sequencer_.replay(*replayed.work);
        durable_sequence_ = replayed.work->last_sequence();
        forward(std::move(replayed.work));
      },
      [this](recovery_done recovered) {
        writer_ = fact_writer{*strings_, recovered.defined_strings};
      },
      [this](facts_durable durable) { release_durable(durable.sequence); },
      [this](const journal_failed& failed) { stop(failed.reason); },
      [this](facts_resolved& resolved) { place(resolved.work); },
      [this](gather_state& wanted) { send_marker(std::move(wanted.into)); },
      [this](const image_failed& failed) { rebuild(failed); },
      [this](const snapshot_wanted& gathered) {
        // A snapshot without its quarantined images would make their loss permanent.
        if (gathered.view && gathered.view->quarantined.empty())
          send(snapshot_writer_, gathered);
        else
          end_snapshot({0, "not every image could give its state"});
      },
      [this](const snapshot_finished& finished) { end_snapshot(finished); },
      [this](counts_wanted) { return counts_answer{sequencer_.counts()}; },
  };
}

// The images refer to their supervisor, so they would keep each other alive.
void supervisor::on_exit() {
  images_.clear();
  in_flight_.clear();
  node_registry_ = nullptr;
  snapshot_writer_ = nullptr;
  image_rebuilder_ = nullptr;
  options_.log.reset();
}

// Nothing may follow what was not journaled: the next batch would rely on strings that it defined.
void supervisor::stop(const std::string& reason) {
  quit(caf::make_error(caf::sec::runtime_error, reason));
}

// -- from arrival to the journal and back --------------------------------------------------------

void supervisor::journal(facts_seen& arrived) {
  auto applied = [gate = options_.gate, bytes = arrived.bytes, tell = std::move(arrived.on_applied)] {
    if (tell)
      tell();
    gate->release(bytes);
  };
  auto work = sequencer_.admit(*arrived.seen);
  if (!work) {
    applied();
    return;
  }
  work->on_applied = std::move(applied);
  const auto given = options_.log->append(writer_.encode(work->batch));
  if (!given) {
    options_.gate->fail(given.failure());
    stop(given.failure().what);
    return;
  }
  assert(given->first == work->first_sequence && given->last == work->last_sequence());
  in_flight_.push_back(std::move(work));
  snapshot_if_due();
}

void supervisor::release_durable(std::uint64_t sequence) {
  durable_sequence_ = sequence;
  while (!in_flight_.empty() && in_flight_.front()->last_sequence() <= durable_sequence_) {
    forward(std::move(in_flight_.front()));
    in_flight_.pop_front();
  }
}

void supervisor::forward(delivery_ptr work) {
  send(node_registry_, resolve_platforms{std::move(work)});
}

void supervisor::send_marker(gathering_ptr into) {
  into->put_intake(sequencer_.state(), writer_.defined());
  auto marker = std::make_shared<delivery>();
  marker->first_sequence = sequencer_.next_sequence();
  marker->gather = std::move(into);
  in_flight_.push_back(std::move(marker));
  release_durable(durable_sequence_);
}

void supervisor::snapshot_if_due() {
  const auto last = sequencer_.next_sequence() - 1;
  if (options_.snapshot_every == 0 || snapshot_running_ ||
      last - last_snapshot_sequence_ < options_.snapshot_every)
    return;
  snapshot_running_ = true;
  options_.gate->hold(1);
  last_snapshot_sequence_ = last;
  const auto self = caf::actor_cast<caf::actor>(this);
  if (!snapshot_writer_)
    snapshot_writer_ =
        spawn<class snapshot_writer, caf::detached + caf::linked>(options_.log, options_.workers, self);
  send_marker(std::make_shared<gathering>(
      strings_, [self](cluster_view_ptr view) { caf::anon_send(self, snapshot_wanted{std::move(view)}); }));
}

void supervisor::end_snapshot(const snapshot_finished& finished) {
  snapshot_running_ = false;
  options_.gate->release(1);
  if (!finished.failure.empty())
    spdlog::warn("a snapshot failed, and will be tried again after {} more facts: {}",
                 options_.snapshot_every, finished.failure);
}

// -- from the registries to the images -----------------------------------------------------------

void supervisor::place(const delivery_ptr& work) {
  if (work->gather) {
    give_pieces(work->gather);
    return;
  }
  placements_.apply(work->batch, work->platforms, work->owners, work->changes);
  positions_.apply(work->batch);
  applied_sequence_ = work->last_sequence();
  applied_time_ms_ = work->batch.facts.back().time_ms;
  for (const auto index : work->changes.born)
    spawn_image(index, image_state{placements_.images()[index].key});
  route(work);
}

void supervisor::give_pieces(const gathering_ptr& into) {
  into->put_placements(placements_, positions_, applied_sequence_, applied_time_ms_);
  for (const auto& actor : images_)
    if (actor)
      send(actor, image_gather{into});
}

void supervisor::spawn_image(image_index index, image_state state) {
  if (index >= images_.size()) {
    images_.resize(index + 1);
    chain_ends_.resize(index + 1, delivery::end_of_chain);
  }
  images_[index] = spawn<image, caf::lazy_init>(caf::actor_cast<caf::actor>(this), index, std::move(state),
                                                options_.faults);
}

void supervisor::route(const delivery_ptr& work) {
  const auto& events = work->changes.events;
  work->next.assign(events.size(), delivery::end_of_chain);
  std::vector<std::uint32_t> firsts;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    auto& end = chain_ends_[events[i].image];
    if (end == delivery::end_of_chain)
      firsts.push_back(i);
    else
      work->next[end] = i;
    end = i;
  }
  for (const auto first : firsts) {
    const auto index = events[first].image;
    const auto last = chain_ends_[index];
    chain_ends_[index] = delivery::end_of_chain;
    send(images_[index], image_changed{work, first});
    if (events[last].kind == image_event_kind::forgotten) {
      images_[index] = nullptr;
      failures_.erase(index);
    }
  }
}

// -- images in trouble ---------------------------------------------------------------------------

void supervisor::rebuild(const image_failed& failed) {
  const auto failing = caf::actor_cast<caf::actor>(current_sender());
  const auto stand_aside = [&] { send(failing, image_rebuilt{nullptr, failed.sequence, failed.reason}); };
  if (failed.image >= images_.size() || images_[failed.image] != failing)
    return stand_aside(); // it was forgotten meanwhile, and nobody will ask for it
  const auto& key = placements_.images()[failed.image].key;
  const auto name = strings_->text(key.name);
  const auto tries = ++failures_[failed.image];
  if (tries >= image_attempts_max) {
    spdlog::error("image {:?} failed {} times and is set aside: {}", name, tries, failed.reason);
    return stand_aside();
  }
  spdlog::warn("image {:?} failed and is rebuilt from the journal: {}", name, failed.reason);
  if (!image_rebuilder_)
    image_rebuilder_ = spawn<image_rebuilder, caf::detached + caf::linked>(options_.log, options_.workers);
  send(image_rebuilder_, rebuild_wanted{failing, key, failed.sequence});
}

} // namespace tallyman
