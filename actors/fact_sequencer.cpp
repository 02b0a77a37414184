#include "actors/fact_sequencer.hpp"

#include "base/invariant.hpp"
#include "messages/well_known.hpp"

#include <algorithm>
#include <utility>

namespace tallyman {

fact_sequencer::fact_sequencer(std::shared_ptr<string_table> strings, intake state,
                               std::uint64_t last_sequence, std::int64_t last_time_ms, clock now)
    : strings_(std::move(strings)), intake_(std::move(state)), next_sequence_(last_sequence + 1),
      last_time_ms_(last_time_ms), now_(std::move(now)) {}

submission_ptr fact_sequencer::admit(observations& seen) {
  // A clock that was set back must not make journaled time fall.
  last_time_ms_ = std::max(last_time_ms_, now_());
  auto work = std::make_shared<submission>();
  work->first_sequence = next_sequence_;
  work->batch = std::move(seen.batch);
  if (seen.lists.empty() && !intake_.list_is_open())
    admit_in_place(*work);
  else
    admit_with_lists(*work, seen.lists);
  next_sequence_ += work->batch.facts.size();
  return work->batch.facts.empty() ? nullptr : work;
}

void fact_sequencer::prefetch(const std::vector<fact>& facts, std::size_t i) const {
  constexpr std::size_t ahead = 16;
  if (i + ahead < facts.size())
    intake_.prefetch(facts[i + ahead], ahead);
}

/// Without lists hardly anything is added, so what is admitted moves up to where something was dropped.
void fact_sequencer::admit_in_place(submission& work) {
  auto& facts = work.batch.facts;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    prefetch(facts, i);
    facts[i].time_ms = last_time_ms_;
    auto verdict = intake_.admit(work.batch, facts[i]);
    if (verdict == intake::verdict::displaces) { // its end comes first, and then the fact itself
      facts.insert(facts.begin() + static_cast<std::ptrdiff_t>(i), {last_time_ms_, intake_.displaced()});
      verdict = intake_.admit(work.batch, facts[i]);
    }
    if (!note(facts[i].body, verdict))
      continue;
    if (kept != i)
      facts[kept] = facts[i];
    ++kept;
  }
  facts.resize(kept);
}

void fact_sequencer::admit_with_lists(submission& work, const std::vector<list_begin>& lists) {
  const auto facts = std::exchange(work.batch.facts, {});
  work.batch.facts.reserve(facts.size());
  auto list = lists.begin();
  for (std::size_t i = 0; i < facts.size(); ++i) {
    prefetch(facts, i);
    for (; list != lists.end() && list->position <= i; ++list)
      intake_.begin_list(list->kind);
    if (const auto* synced = std::get_if<list_synced>(&facts[i].body))
      end_list(work, {synced->kind, synced->api_version},
               version_number(work.batch.text(synced->resource_version)));
    admit_fact(work, {last_time_ms_, facts[i].body});
  }
  for (; list != lists.end(); ++list)
    intake_.begin_list(list->kind);
}

void fact_sequencer::end_list(submission& work, object_kind kind, std::uint64_t version) {
  for (const auto& body : intake_.end_list(kind, version))
    admit_fact(work, {last_time_ms_, body});
}

void fact_sequencer::admit_fact(submission& work, const fact& candidate) {
  auto verdict = intake_.admit(work.batch, candidate);
  if (verdict == intake::verdict::displaces) {
    admit_fact(work, {candidate.time_ms, fact_body{intake_.displaced()}});
    verdict = intake_.admit(work.batch, candidate);
  }
  if (note(candidate.body, verdict))
    work.batch.facts.push_back(candidate);
}

bool fact_sequencer::note(const fact_body& body, intake::verdict verdict) {
  auto& count = count_of(body);
  switch (verdict) {
  case intake::verdict::returned:
    ++count.returned;
    [[fallthrough]];
  case intake::verdict::admitted:
    ++count.journaled;
    count.gone += is_end(body) ? 1u : 0u;
    return true;
  case intake::verdict::no_op:
    ++count.no_ops;
    return false;
  case intake::verdict::late:
    ++count.late;
    return false;
  case intake::verdict::displaces:
    break;
  }
  invariant(false && "an object's name has a holder that cannot be ended");
  return false;
}

void fact_sequencer::replay(const submission& work) {
  invariant(!work.batch.facts.empty() && work.first_sequence == next_sequence_ &&
            "a batch was replayed out of turn");
  const auto& facts = work.batch.facts;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    prefetch(facts, i);
    intake_.remember(work.batch, facts[i]);
  }
  next_sequence_ += facts.size();
  last_time_ms_ = std::max(last_time_ms_, facts.back().time_ms);
}

intake_count& fact_sequencer::count_of(const fact_body& body) {
  if (pod_of(body) != nullptr)
    return pod_count_;
  struct pick {
    fact_sequencer& self;
    intake_count& operator()(const pod_observed&) { return self.pod_count_; } // answered above
    intake_count& operator()(const pod_gone&) { return self.pod_count_; }
    intake_count& operator()(const node_observed&) { return of({well_known::node, {}}); }
    intake_count& operator()(const node_gone&) { return of({well_known::node, {}}); }
    intake_count& operator()(const workload_observed& w) { return of({w.kind, w.api_version}); }
    intake_count& operator()(const workload_gone& w) { return of({w.kind, w.api_version}); }
    intake_count& operator()(const scan_finished&) { return self.scan_count_; }
    intake_count& operator()(const remote_answered&) { return self.remote_count_; }
    intake_count& operator()(const remote_acknowledged&) { return self.remote_count_; }
    intake_count& operator()(const list_synced&) { return self.list_count_; }
    intake_count& operator()(const bookmarked&) { return self.bookmark_count_; }
    intake_count& operator()(const settings_changed&) { return self.settings_count_; }
    intake_count& of(object_kind kind) { return self.object_counts_[kind]; }
  };
  return std::visit(pick{*this}, body);
}

intake_counts fact_sequencer::counts() const {
  intake_counts counts;
  const auto add = [&](std::string_view kind, const intake_count& count) {
    if (count.journaled + count.no_ops + count.late > 0)
      counts[std::string{kind}] = count;
  };
  add(strings_->text(well_known::pod), pod_count_);
  add("scan", scan_count_);
  add("remote", remote_count_);
  add("list", list_count_);
  add("bookmark", bookmark_count_);
  add("settings", settings_count_);
  for (const auto& [kind, count] : object_counts_)
    counts[qualified_kind(strings_->text(kind.name), strings_->text(kind.api_version))] += count;
  return counts;
}

} // namespace tallyman
