#include "actors/supervisor.hpp"

#include "actors/drop_unexpected.hpp"
#include "actors/snapshot_saver.hpp"
#include "base/invariant.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace tallyman {

supervisor::supervisor(caf::actor_config& config, supervisor_options options, intake incoming,
                       std::uint64_t sequence, std::int64_t time_ms, std::uint32_t defined_strings)
    : caf::event_based_actor(config), options_(std::move(options)),
      sequencer_(options_.strings, std::move(incoming), sequence, time_ms, options_.now),
      writer_(*options_.strings, defined_strings), last_snapshot_sequence_(sequence),
      last_snapshot_ms_(time_ms) {}

caf::behavior supervisor::make_behavior() {
  set_default_handler(drop_unexpected);
  link_to(options_.router);
  return {
      [this](facts_seen& arrived) { journal(arrived); },
      [this](facts_replayed& replayed) { replay(std::move(replayed.work)); },
      [this](recovery_done recovered) {
        writer_ = fact_writer{*options_.strings, recovered.defined_strings};
      },
      [this](const journal_failed& failed) { stop(failed.reason); },
      [this](gather_state& wanted) { send_marker(std::move(wanted.into)); },
      [this](const snapshot_wanted& gathered) {
        // A snapshot without its quarantined images would make their loss permanent.
        if (gathered.view && gathered.view->quarantined.empty())
          send(saver_, gathered);
        else
          end_snapshot({0, "not every image could give its state"});
      },
      [this](const snapshot_finished& finished) { end_snapshot(finished); },
      [this](counts_wanted) { return counts_answer{sequencer_.counts()}; },
  };
}

void supervisor::on_exit() {
  saver_ = nullptr;
  options_.router = nullptr;
  options_.log.reset();
}

// Nothing may follow what was not journaled: the next batch would rely on strings that it defined.
void supervisor::stop(const std::string& reason) {
  quit(caf::make_error(caf::sec::runtime_error, reason));
}

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
  invariant(given->first == work->first_sequence && given->last == work->last_sequence());
  note_first(*work);
  const auto now_ms = work->batch.facts.back().time_ms;
  send(options_.router, facts_journaled{std::move(work)});
  snapshot_if_due(now_ms);
}

void supervisor::replay(submission_ptr work) {
  sequencer_.replay(*work);
  note_first(*work);
  const facts_durable durable{work->last_sequence()};
  send(options_.router, facts_journaled{std::move(work)});
  send(options_.router, durable);
}

void supervisor::send_marker(gathering_ptr into) {
  into->put_intake(sequencer_.state(), writer_.defined());
  auto marker = std::make_shared<submission>();
  marker->first_sequence = sequencer_.next_sequence();
  marker->gather = std::move(into);
  send(options_.router, facts_journaled{std::move(marker)});
}

void supervisor::note_first(const submission& work) {
  if (last_snapshot_ms_ == 0)
    last_snapshot_ms_ = work.batch.facts.front().time_ms;
}

void supervisor::snapshot_if_due(std::int64_t now_ms) {
  const auto last = sequencer_.next_sequence() - 1;
  if (options_.snapshot_every == 0 || snapshot_running_ ||
      (last - last_snapshot_sequence_ < options_.snapshot_every &&
       now_ms - last_snapshot_ms_ < static_cast<std::int64_t>(options_.snapshot_every_ms)))
    return;
  snapshot_running_ = true;
  options_.gate->hold(1);
  last_snapshot_sequence_ = last;
  last_snapshot_ms_ = now_ms;
  const auto self = caf::actor_cast<caf::actor>(this);
  if (!saver_)
    saver_ = spawn<snapshot_saver, caf::detached + caf::linked>(options_.log, options_.workers, self);
  send_marker(std::make_shared<gathering>(options_.strings, [self](cluster_view_ptr view) {
    caf::anon_send(self, snapshot_wanted{std::move(view)});
  }));
}

void supervisor::end_snapshot(const snapshot_finished& finished) {
  snapshot_running_ = false;
  options_.gate->release(1);
  if (!finished.failure.empty())
    spdlog::warn("a snapshot failed, and will be tried again after {} more facts or a day: {}",
                 options_.snapshot_every, finished.failure);
}

} // namespace tallyman
