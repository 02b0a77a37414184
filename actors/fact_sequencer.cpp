#include "actors/fact_sequencer.hpp"

#include "messages/well_known.hpp"

#include <algorithm>
#include <cassert>

namespace tallyman {

fact_sequencer::fact_sequencer(std::shared_ptr<string_table> strings, intake state,
                               std::uint64_t last_sequence, std::int64_t last_time_ms, clock now)
    : strings_(std::move(strings)), intake_(std::move(state)), next_sequence_(last_sequence + 1),
      last_time_ms_(last_time_ms), now_(std::move(now)) {}

delivery_ptr fact_sequencer::admit(observations& seen) {
  // A clock that was set back must not make journaled time fall.
  last_time_ms_ = std::max(last_time_ms_, now_());
  auto work = std::make_shared<delivery>();
  work->first_sequence = next_sequence_;
  auto facts = std::move(seen.batch.facts);
  work->batch.containers = std::move(seen.batch.containers);
  work->batch.texts = std::move(seen.batch.texts);
  work->batch.facts.reserve(facts.size());
  auto list = seen.lists.begin();
  for (std::uint32_t i = 0; i < facts.size(); ++i) {
    for (; list != seen.lists.end() && list->position <= i; ++list)
      intake_.begin_list(list->kind);
    facts[i].time_ms = last_time_ms_;
    if (const auto* synced = std::get_if<list_synced>(&facts[i].body))
      end_list(*work, synced->kind, last_time_ms_);
    admit_fact(*work, facts[i]);
  }
  for (; list != seen.lists.end(); ++list)
    intake_.begin_list(list->kind);
  next_sequence_ += work->batch.facts.size();
  return work->batch.facts.empty() ? nullptr : work;
}

void fact_sequencer::end_list(delivery& work, string_id kind, std::int64_t time_ms) {
  for (const auto& body : intake_.end_list(kind))
    admit_fact(work, {time_ms, body});
}

void fact_sequencer::admit_fact(delivery& work, fact candidate) {
  auto& count = count_of(candidate.body);
  switch (intake_.admit(work.batch, candidate)) {
  case intake::verdict::admitted:
    ++count.journaled;
    work.batch.facts.push_back(candidate);
    return;
  case intake::verdict::no_op:
    ++count.no_ops;
    return;
  case intake::verdict::late:
    ++count.late;
    return;
  }
}

void fact_sequencer::replay(const delivery& work) {
  assert(!work.batch.facts.empty() && work.first_sequence == next_sequence_ &&
         "a batch was replayed out of turn");
  for (const auto& each : work.batch.facts)
    intake_.admit(work.batch, each);
  next_sequence_ += work.batch.facts.size();
  last_time_ms_ = std::max(last_time_ms_, work.batch.facts.back().time_ms);
}

intake_count& fact_sequencer::count_of(const fact_body& body) {
  struct pick {
    fact_sequencer& self;
    intake_count& operator()(const pod_observed&) { return self.object_counts_[well_known::pod]; }
    intake_count& operator()(const pod_gone&) { return self.object_counts_[well_known::pod]; }
    intake_count& operator()(const node_observed&) { return self.object_counts_[well_known::node]; }
    intake_count& operator()(const node_gone&) { return self.object_counts_[well_known::node]; }
    intake_count& operator()(const workload_observed& w) { return self.object_counts_[w.kind]; }
    intake_count& operator()(const workload_gone& w) { return self.object_counts_[w.kind]; }
    intake_count& operator()(const scan_finished&) { return self.other_counts_["scan"]; }
    intake_count& operator()(const remote_answered&) { return self.other_counts_["remote"]; }
    intake_count& operator()(const remote_acknowledged&) { return self.other_counts_["remote"]; }
    intake_count& operator()(const list_synced&) { return self.other_counts_["list"]; }
    intake_count& operator()(const bookmarked&) { return self.other_counts_["bookmark"]; }
    intake_count& operator()(const settings_changed&) { return self.other_counts_["settings"]; }
  };
  return std::visit(pick{*this}, body);
}

intake_counts fact_sequencer::counts() const {
  auto counts = other_counts_;
  for (const auto& [kind, count] : object_counts_)
    counts[std::string{strings_->text(kind)}] = count;
  return counts;
}

} // namespace tallyman
