#include "journal/snapshot/snapshot_choice.hpp"

#include "journal/format/failure.hpp"
#include "journal/read/log_walk.hpp"
#include "journal/snapshot/snapshot_store.hpp"

namespace tallyman::journal {

namespace {

void add_note(std::string& note, std::string_view text) {
  if (!note.empty())
    note += "; ";
  note += text;
}

} // namespace

result<std::string> fault_of_snapshot(storage& disk, const std::string& path,
                                      const std::vector<segment_entry>& segments, std::uint64_t last_batch,
                                      std::uint64_t sequence) {
  auto facts = verify_snapshot(disk, path, segments.front().header.id);
  if (!facts) {
    if (facts.failure().kind == error_kind::damaged)
      return facts.failure().what;
    return facts.failure();
  }
  if (facts->sequence != sequence)
    return path + ": holds the state at " + std::to_string(facts->sequence) + ", its name says otherwise";
  if (sequence < segments.front().header.first_sequence)
    return path + ": the log no longer reaches back to it";
  auto chain = chain_at(disk, segments, last_batch, sequence);
  if (!chain)
    return chain.failure();
  if (*chain != facts->chain)
    return path + ": was made from another history than that of the log";
  return std::string();
}

result<snapshot_choice> choose_snapshot(storage& disk, const std::string& directory,
                                        const std::vector<segment_entry>& segments,
                                        std::uint64_t last_sequence, std::uint64_t last_batch,
                                        std::uint64_t claimed, bool beside_writer) {
  auto found = list_snapshots(disk, directory);
  if (!found)
    return found.failure();
  snapshot_choice choice;
  if (claimed != 0 && (found->empty() || found->back() < claimed))
    add_note(choice.note, snapshot_path(directory, claimed) + ": is missing");
  for (auto sequence = found->rbegin(); sequence != found->rend(); ++sequence) {
    const std::string path = snapshot_path(directory, *sequence);
    if (*sequence > last_sequence) {
      if (beside_writer)
        continue;
      return damage_of(path, "is newer than the log, which ends with event " + std::to_string(last_sequence) +
                                 "; events are missing, restore the segments");
    }
    auto fault = fault_of_snapshot(disk, path, segments, last_batch, *sequence);
    if (!fault)
      return fault.failure();
    if (fault->empty()) {
      choice.sequence = *sequence;
      return choice;
    }
    add_note(choice.note, *fault);
  }
  if (!segments.front().header.begins_log())
    return damage_of(directory, "no snapshot can be used, and the log does not reach back to its beginning" +
                                    (choice.note.empty() ? "" : ": " + choice.note));
  return choice;
}

result<std::uint64_t> usable_snapshot_before(storage& disk, const std::string& directory,
                                             const std::vector<segment_entry>& segments,
                                             std::uint64_t last_batch, std::uint64_t sequence) {
  auto found = list_snapshots(disk, directory);
  if (!found)
    return found.failure();
  for (auto candidate = found->rbegin(); candidate != found->rend(); ++candidate) {
    if (*candidate > sequence)
      continue;
    const std::string path = snapshot_path(directory, *candidate);
    auto fault = fault_of_snapshot(disk, path, segments, last_batch, *candidate);
    if (fault && fault->empty())
      return *candidate;
    if (fault)
      continue;
    // A writer may have thinned it out since the directory was listed.
    if (auto there = disk.exists(path); !there || *there)
      return fault.failure();
  }
  return std::uint64_t{0};
}

} // namespace tallyman::journal
