#include "replay/history.hpp"

#include "journal/read_ahead.hpp"
#include "messages/wire/fact_codec.hpp"
#include "messages/wire/record_glance.hpp"
#include "messages/wire/record_type.hpp"
#include "replay/fact_journal.hpp"
#include "replay/snapshots.hpp"

#include <limits>
#include <optional>
#include <span>

namespace tallyman {

namespace {

std::span<const std::byte> bytes_of(const journal::record& record) {
  return std::as_bytes(std::span{record.payload.data(), record.payload.size()});
}

error not_its_message(const journal::record& record) {
  return unreadable_event(record.sequence,
                          {error_kind::damaged, "its " + std::to_string(record.payload.size()) +
                                                    " bytes are not what its type says"});
}

/// Gives every record up to event `to` to `take`, ahead of which it reads.
template <class Take>
result<void> for_each_record(const journal::log& log, std::uint64_t from, std::uint64_t to, Take take) {
  auto cursor = log.replay({from});
  if (!cursor)
    return cursor.failure();
  journal::read_ahead batches{std::move(*cursor)};
  for (;;) {
    auto batch = batches.next();
    if (!batch)
      return batch.failure();
    if (!*batch || (*batch)->first_sequence() > to)
      return {};
    for (const auto& record : **batch) {
      if (record.sequence > to)
        return {};
      if (auto taken = take(record); !taken)
        return taken;
    }
  }
}

/// Shows the records of the journal to the search, pass after pass.
class searcher {
public:
  searcher(history_search& search, const cluster_state& start) : search_(search), start_(start) {}

  result<void> run(const journal::log& log, std::uint64_t to) {
    for (bool complete = false; !complete; complete = search_.end_pass()) {
      tell_strings();
      search_.begin_pass(start_);
      auto seen = for_each_record(log, start_.sequence + 1, to,
                                  [this](const journal::record& record) { return see(record); });
      if (!seen)
        return seen;
    }
    return {};
  }

private:
  void tell_strings() {
    for (; told_strings_ < start_.strings->size(); ++told_strings_)
      search_.know(string_id{told_strings_}, start_.strings->text(string_id{told_strings_}));
  }

  result<void> see(const journal::record& record) {
    if (record.definition) {
      auto taken = take_definition(record, *start_.strings);
      tell_strings();
      return taken;
    }
    if (record_type{record.type} == record_type::pod_observed) {
      if (!glance_at(bytes_of(record), pod_))
        return not_its_message(record);
      search_.see(pod_);
    } else if (record_type{record.type} == record_type::workload_observed && search_.sees_workloads()) {
      if (!glance_at(bytes_of(record), workload_))
        return not_its_message(record);
      search_.see(workload_);
    }
    return {};
  }

  history_search& search_;
  const cluster_state& start_;
  std::uint32_t told_strings_ = 0;
  pod_glance pod_;
  workload_glance workload_;
};

/// Applies the events that matter, and no others, and has them recorded.
class filtered_replay {
public:
  filtered_replay(const history_search& search, cluster_state& state, std::uint64_t from)
      : search_(search), state_(state), from_(from), time_ms_(state.time_ms) {}

  result<std::vector<history_entry>> run(const journal::log& log, std::uint64_t to) {
    note_next_forgotten();
    auto applied = for_each_record(log, state_.sequence + 1, to,
                                   [this](const journal::record& record) { return take(record); });
    if (!applied)
      return applied.failure();
    begin_recording(from_);
    return recorder_->take();
  }

private:
  result<void> take(const journal::record& record) {
    if (record.definition)
      return {};
    if (!recorder_ && record.sequence >= from_)
      begin_recording(record.sequence);
    time_ms_ = record.time_ms;
    const auto matters = concerns(record);
    if (!matters)
      return not_its_message(record);
    if (!*matters && record.time_ms < next_forgotten_ms_)
      return {};
    batch_.clear();
    if (*matters) {
      auto decoded = decoder_.decode(record.type, record.time_ms, bytes_of(record), *state_.strings, batch_);
      if (!decoded)
        return unreadable_event(record.sequence, decoded.failure());
    } else {
      // It is not about anything that matters, but it says how late it is. This fact, of no image, says no
      // more.
      batch_.facts.push_back({record.time_ms, remote_acknowledged{}});
    }
    apply(record.sequence);
    return {};
  }

  /// Nothing if the record is not what its type says.
  std::optional<bool> concerns(const journal::record& record) const {
    switch (record_type{record.type}) {
    case record_type::pod_observed:
    case record_type::pod_gone: {
      const auto id = glance_at_uid(bytes_of(record));
      if (!id)
        return std::nullopt;
      return search_.concerns(*id);
    }
    case record_type::list_synced:
    case record_type::bookmarked:
    case record_type::remote_acknowledged:
      return false;
    case record_type::node_observed: // few, like all that follow
    case record_type::node_gone:
    case record_type::workload_observed:
    case record_type::workload_gone:
    case record_type::scan_finished:
    case record_type::remote_answered:
    case record_type::settings_changed:
      return true;
    }
    return true; // of an unknown type, which the decoder refuses
  }

  void apply(std::uint64_t sequence) {
    state_.sequence = sequence - 1; // those that were left out change nothing here
    state_.apply(batch_, sequence, recorder_ ? &*recorder_ : nullptr);
    if (recorder_)
      recorder_->end_fact();
    note_next_forgotten();
  }

  void begin_recording(std::uint64_t sequence) {
    if (recorder_)
      return;
    state_.sequence = sequence - 1;
    state_.time_ms = time_ms_;
    recorder_.emplace(search_, state_);
  }

  void note_next_forgotten() {
    next_forgotten_ms_ =
        state_.placed.images().next_forgotten_at_ms().value_or(std::numeric_limits<std::int64_t>::max());
  }

  const history_search& search_;
  cluster_state& state_;
  std::uint64_t from_;
  std::int64_t time_ms_; ///< of the last record
  std::int64_t next_forgotten_ms_ = 0;
  std::optional<history_recorder> recorder_;
  fact_decoder decoder_;
  fact_batch batch_;
};

} // namespace

result<told_history> tell_history(const journal::log& log, history_search& search, std::uint64_t from,
                                  std::uint64_t to) {
  auto start = start_before(log, from);
  if (!start)
    return start.failure();
  if (auto searched = searcher{search, *start}.run(log, to); !searched)
    return searched.failure();
  auto entries = filtered_replay{search, *start, from}.run(log, to);
  if (!entries)
    return entries.failure();
  return told_history{std::move(*entries), start->strings};
}

} // namespace tallyman
