#include "journal/upkeep/retention.hpp"

#include "journal/read/log_walk.hpp"
#include "journal/snapshot/snapshot_choice.hpp"
#include "journal/snapshot/snapshot_store.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tallyman::journal {

namespace {

/// Makes one plan. Segments are named by their index.
class planner {
public:
  planner(storage& disk, const std::string& directory, const retention_view& log,
          const retention_limits& limits, std::vector<snapshot_size> snapshots)
      : disk_(disk), directory_(directory), log_(log), limits_(limits), snapshots_(std::move(snapshots)) {}

  result<retention_plan> run() {
    auto wanted = first_wanted();
    if (!wanted)
      return wanted.failure();
    if (*wanted == 0 && !too_large(0))
      return retention_plan{};
    auto allowed = first_allowed();
    if (!allowed)
      return allowed.failure();
    auto first = usable_beginning(std::min(*wanted, *allowed));
    if (!first)
      return first.failure();
    auto plan = plan_from(*first);
    if (*first < *wanted || too_large(*first))
      plan.obstacle = *first == std::min(*wanted, *allowed)
                          ? "the two newest usable snapshots and the segments since the older one stay"
                          : "history can begin only with a snapshot that verifies";
    return plan;
  }

private:
  std::uint64_t first_sequence(std::size_t segment) const {
    return log_.segments[segment].header.first_sequence;
  }

  /// The segment that holds this event.
  std::size_t segment_of(std::uint64_t sequence) const {
    std::size_t found = log_.segments.size() - 1;
    while (found > 0 && first_sequence(found) > sequence)
      --found;
    return found;
  }

  /// The oldest snapshot of a state in this segment or a later one; nothing if there is none.
  std::optional<std::uint64_t> snapshot_from(std::size_t segment) const {
    for (const snapshot_size& each : snapshots_)
      if (each.sequence >= first_sequence(segment) && each.sequence <= log_.last_sequence)
        return each.sequence;
    return std::nullopt;
  }

  /// The first segment that would stay if the limits alone decided; 0: all stay.
  result<std::size_t> first_wanted() const {
    const std::size_t by_bytes = first_by_bytes();
    if (limits_.age.count() <= 0)
      return by_bytes;
    auto by_age = first_by_age();
    if (!by_age)
      return by_age;
    return std::max(by_bytes, *by_age);
  }

  std::size_t first_by_bytes() const {
    std::size_t first = 0;
    while (first + 1 < log_.segments.size() && too_large(first))
      ++first;
    return first;
  }

  bool too_large(std::size_t first) const { return limits_.bytes != 0 && bytes_from(first) > limits_.bytes; }

  std::uint64_t bytes_from(std::size_t segment) const {
    std::uint64_t bytes = 0;
    for (std::size_t i = segment; i < log_.segments.size(); ++i)
      bytes += log_.segments[i].header.bytes;
    for (const snapshot_size& each : snapshots_)
      if (each.sequence >= first_sequence(segment))
        bytes += each.bytes;
    return bytes;
  }

  /// The last segment whose oldest snapshot is old enough to begin with.
  result<std::size_t> first_by_age() const {
    const std::int64_t cutoff = log_.last_time_ms - limits_.age.count();
    std::size_t tried = log_.segments.size();
    for (auto each = snapshots_.rbegin(); each != snapshots_.rend(); ++each) {
      if (each->sequence > log_.last_sequence || each->sequence < first_sequence(0))
        continue;
      const std::size_t segment = segment_of(each->sequence);
      if (segment == 0)
        break;
      if (std::exchange(tried, segment) == segment)
        continue;
      auto header = header_at(disk_, log_.segments, log_.last_batch, *snapshot_from(segment));
      if (!header)
        return header.failure();
      if (header->time_ms <= cutoff)
        return segment;
    }
    return std::size_t{0};
  }

  result<bool> usable(std::uint64_t sequence) const {
    auto fault = fault_of_snapshot(disk_, snapshot_path(directory_, sequence), log_.segments, log_.last_batch,
                                   sequence);
    if (!fault)
      return fault.failure();
    return fault->empty();
  }

  /// The segment that holds the older of the two newest usable snapshots; 0 if there are not two.
  result<std::size_t> first_allowed() const {
    std::size_t found = 0;
    for (auto each = snapshots_.rbegin(); each != snapshots_.rend(); ++each) {
      if (each->sequence > log_.last_sequence || each->sequence < first_sequence(0))
        continue;
      auto good = usable(each->sequence);
      if (!good)
        return good.failure();
      if (*good && ++found == snapshots_kept_min)
        return segment_of(each->sequence);
    }
    return std::size_t{0};
  }

  /// The last segment up to `segment` behind whose beginning the oldest snapshot can be used.
  result<std::size_t> usable_beginning(std::size_t segment) const {
    for (; segment > 0; --segment) {
      const auto beginning = snapshot_from(segment);
      if (!beginning)
        continue;
      auto good = usable(*beginning);
      if (!good)
        return good.failure();
      if (*good)
        break;
    }
    return segment;
  }

  retention_plan plan_from(std::size_t first) const {
    retention_plan plan;
    if (first == 0)
      return plan;
    plan.segments.assign(log_.segments.begin(), log_.segments.begin() + static_cast<std::ptrdiff_t>(first));
    plan.retired_before = first_sequence(first);
    plan.history_sequence = *snapshot_from(first);
    for (const snapshot_size& each : snapshots_)
      if (each.sequence < plan.retired_before)
        plan.snapshots.push_back(each);
    return plan;
  }

  storage& disk_;
  const std::string& directory_;
  const retention_view& log_;
  const retention_limits& limits_;
  const std::vector<snapshot_size> snapshots_; ///< ascending, sound or not
};

result<void> remove_retired_segments(storage& disk, const std::string& directory,
                                     std::uint64_t retired_before) {
  const std::string folder = segments_directory(directory);
  auto names = disk.list(folder);
  if (!names)
    return names.failure();
  bool removed_any = false;
  for (const std::string& name : *names) {
    const std::uint64_t first = sequence_of_name(name, segment_suffix);
    if (first == 0 || first >= retired_before)
      continue;
    if (auto removed = disk.remove(segment_path(directory, first)); !removed)
      return removed;
    removed_any = true;
  }
  return removed_any ? disk.sync_directory(folder) : result<void>{};
}

result<void> remove_retired_snapshots(storage& disk, const std::string& directory,
                                      std::uint64_t retired_before) {
  auto found = list_snapshots(disk, directory);
  if (!found)
    return found.failure();
  for (const std::uint64_t sequence : *found)
    if (sequence < retired_before)
      if (auto removed = disk.remove(snapshot_path(directory, sequence)); !removed)
        return removed;
  return {};
}

} // namespace

std::uint64_t retention_plan::bytes() const noexcept {
  std::uint64_t sum = bytes_of(segments);
  for (const snapshot_size& each : snapshots)
    sum += each.bytes;
  return sum;
}

result<retention_plan> plan_retention(storage& disk, const std::string& directory, const retention_view& log,
                                      const retention_limits& limits) {
  if (!limits.any())
    return retention_plan{};
  auto snapshots = measure_snapshots(disk, directory);
  if (!snapshots)
    return snapshots.failure();
  return planner(disk, directory, log, limits, std::move(*snapshots)).run();
}

/// Both slots, so that the loss of one of them does not make what was given up look lost.
result<void> note_retirement(superblock_file& block, const retention_plan& plan) {
  for (int slot = 0; slot < 2; ++slot)
    if (auto noted = block.update([&](superblock& next) { next.retired_before = plan.retired_before; });
        !noted)
      return noted;
  return {};
}

/// Snapshots first: a segment that is gone leaves no snapshot behind that seems to need it.
result<void> remove_retired(storage& disk, const std::string& directory, std::uint64_t retired_before) {
  if (auto removed = remove_retired_snapshots(disk, directory, retired_before); !removed)
    return removed;
  return remove_retired_segments(disk, directory, retired_before);
}

} // namespace tallyman::journal
