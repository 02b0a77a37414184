#include "journal/salvage.hpp"

#include "journal/format/failure.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/storage/quarantine.hpp"
#include "journal/upkeep/salvage_write.hpp"
#include "journal/upkeep/unfinished.hpp"
#include "journal/verify.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace tallyman::journal {

namespace {

/// One salvage, from the first look to the last check.
class salvaging {
public:
  salvaging(storage& disk, const std::string& from, const std::string& to, const salvage_options& options)
      : disk_(disk), from_(from), to_(without_slashes(to)), options_(options) {}

  result<salvage_report> run() {
    if (auto fine = check_places(); !fine)
      return fine.failure();
    if (auto read = read_superblock(); !read)
      return read.failure();
    if (auto read = read_snapshots(); !read)
      return read.failure();
    auto scan = scan_for_salvage(disk_, from_, block_.id, block_.retired_before, sound_snapshots_);
    if (!scan)
      return scan.failure();
    scan_ = std::move(*scan);
    report_.damage.insert(report_.damage.begin(), scan_.damage.begin(), scan_.damage.end());
    std::erase_if(scan_.runs, [](const auto& run) {
      return run.back().next_sequence == run.front().first_sequence; // no event in it
    });
    if (auto planned = plan_journals(); !planned)
      return planned.failure();
    find_losses();
    if (auto written = write_all(); !written) {
      for (unfinished_journal& made : made_)
        (void)made.remove();
      return written.failure();
    }
    return std::move(report_);
  }

private:
  result<void> check_places() {
    auto writer = disk_.lock_holder(from_ + "/lock");
    if (!writer)
      return writer.failure();
    if (*writer)
      return error{error_kind::busy,
                   from_ + ": process " + **writer + " writes to this journal; stop it first"};
    auto names = disk_.list(segments_directory(from_));
    if (!names)
      return names.failure();
    if (names->empty())
      return usage_failure("there is no journal in " + from_ + "; check the path");
    return check_new_name(disk_, from_, to_);
  }

  result<void> read_superblock() {
    auto opened = superblock_file::open(disk_, from_, open_mode::read);
    if (opened) {
      block_ = (*opened)->current();
      return {};
    }
    if (opened.failure().kind == error_kind::too_new)
      return opened.failure();
    report_.damage.push_back({from_ + "/superblock", 0, opened.failure().what});
    block_.cluster = options_.cluster.empty() ? "default" : options_.cluster;
    return id_from_segments();
  }

  /// The id that the sound segment headers have in common.
  result<void> id_from_segments() {
    auto names = disk_.list(segments_directory(from_));
    if (!names)
      return names.failure();
    std::optional<error> unreadable;
    std::string named_by; ///< the first segment that has an id
    for (const std::string& name : *names) {
      if (sequence_of_name(name, segment_suffix) == 0)
        continue;
      auto opened = disk_.open(segments_directory(from_) + "/" + name, open_mode::read);
      auto header = opened ? read_segment_block(**opened) : result<segment_header>(opened.failure());
      if (!header && !unreadable)
        unreadable = header.failure();
      if (!header)
        continue;
      if (!named_by.empty() && header->id != block_.id) {
        std::string why = "the superblock is lost, and the segments are of more than one journal: ";
        why.append(named_by).append(" of ").append(block_.id.text());
        why.append(", ").append(name).append(" of ").append(header->id.text());
        why.append("; leave those of one in a copy of the directory, and salvage that");
        return damage_of(from_, why);
      }
      if (named_by.empty())
        named_by = name;
      block_.id = header->id;
    }
    if (!named_by.empty())
      return {};
    const auto reason = unreadable ? ": " + unreadable->what : std::string();
    return error{unreadable && unreadable->kind == error_kind::io ? error_kind::io : error_kind::damaged,
                 from_ +
                     ": neither the superblock nor any segment header can be read; nothing can be salvaged" +
                     reason};
  }

  result<void> read_snapshots() {
    auto found = list_snapshots(disk_, from_);
    if (!found)
      return found.failure();
    for (const std::uint64_t sequence : *found) {
      const std::string path = snapshot_path(from_, sequence);
      auto facts = verify_snapshot(disk_, path, block_.id);
      if (facts && facts->sequence == sequence) {
        sound_snapshots_.push_back(sequence);
        snapshot_chains_[sequence] = facts->chain;
        continue;
      }
      report_.damage.push_back(
          {path, 0, facts ? "holds the state of another sequence" : facts.failure().what});
      aside_.insert(path);
    }
    return {};
  }

  void find_losses() {
    std::uint64_t next = std::max<std::uint64_t>(block_.retired_before, 1);
    for (auto made = report_.journals.rbegin(); made != report_.journals.rend(); ++made) {
      if (made->first_sequence > next)
        report_.lost.push_back({next, made->first_sequence - 1});
      next = made->last_sequence + 1;
    }
    std::uint64_t known = std::max(block_.durable_sequence, scan_.runs.back().back().next_sequence - 1);
    if (!sound_snapshots_.empty())
      known = std::max(known, sound_snapshots_.back());
    if (known >= next)
      report_.lost.push_back({next, known});
    else if (ends_in_damage())
      report_.lost.push_back({next, 0});
  }

  /// Whether something that is not sound follows the last run, in its segment or behind it.
  bool ends_in_damage() const {
    const sound_piece& last = scan_.runs.back().back();
    return std::any_of(scan_.damage.begin(), scan_.damage.end(), [&](const damaged_place& place) {
      return place.file > last.segment.path || (place.file == last.segment.path && place.offset >= last.end);
    });
  }

  /// Snapshots that this run's own batches vouch for.
  std::vector<std::uint64_t> snapshots_of(const std::vector<sound_piece>& run) const {
    std::vector<std::uint64_t> found;
    for (const std::uint64_t sequence : sound_snapshots_) {
      const auto chain = scan_.chains.find(sequence);
      if (sequence >= run.front().first_sequence && sequence < run.back().next_sequence &&
          chain != scan_.chains.end() && chain->second == snapshot_chains_.at(sequence))
        found.push_back(sequence);
    }
    return found;
  }

  /// Decides which runs become journals, the newest first.
  result<void> plan_journals() {
    for (auto run = scan_.runs.rbegin(); run != scan_.runs.rend(); ++run) {
      salvaged_journal made;
      made.snapshots = snapshots_of(*run);
      if (run->front().first_batch != 1 && made.snapshots.empty())
        continue;
      made.first_sequence = run->front().first_sequence;
      made.last_sequence = run->back().next_sequence - 1;
      made.history_sequence = run->front().first_batch == 1 ? 0 : made.snapshots.front();
      made.directory = report_.journals.empty() ? to_ : to_ + ".until-" + std::to_string(made.last_sequence);
      for (const sound_piece& piece : *run)
        saved_.insert(piece.segment.path);
      saved_snapshots_.insert(made.snapshots.begin(), made.snapshots.end());
      runs_.push_back(&*run);
      report_.journals.push_back(std::move(made));
    }
    if (!report_.journals.empty())
      return {};
    const auto reason = report_.damage.empty() ? std::string() : ": " + report_.damage.front().reason;
    return damage_of(from_,
                     "nothing can be salvaged: no sound part begins with event 1 or holds a sound snapshot" +
                         reason);
  }

  /// All are written before the first one gets its name, and the wanted one gets it last: once that is there,
  /// so is everything else.
  result<void> write_all() {
    for (const salvaged_journal& journal : report_.journals) {
      if (auto fine = check_new_name(disk_, from_, journal.directory); !fine)
        return fine;
      made_.emplace_back(disk_, journal.directory);
    }
    for (std::size_t i = 0; i < made_.size(); ++i)
      if (auto written = write_journal(i); !written)
        return written;
    for (auto made = made_.rbegin(); made != made_.rend(); ++made)
      if (auto published = made->publish(); !published)
        return published;
    return {};
  }

  result<void> write_journal(std::size_t number) {
    unfinished_journal& made = made_[number];
    if (auto begun = made.begin(); !begun)
      return begun;
    if (number == 0)
      if (auto copied = set_aside(made); !copied)
        return copied;
    if (auto written = write_salvaged(disk_, from_, made.path(), *runs_[number],
                                      report_.journals[number].snapshots, block_);
        !written)
      return written;
    auto checked = verify(disk_, made.path());
    if (!checked)
      return checked.failure();
    if (checked->first_damage)
      return *checked->first_damage;
    return {};
  }

  /// Files of which something is in no journal.
  result<void> set_aside(const unfinished_journal& beside) {
    for (const damaged_place& place : scan_.damage)
      aside_.insert(place.file);
    for (const auto& run : scan_.runs)
      for (const sound_piece& piece : run)
        if (saved_.count(piece.segment.path) == 0)
          aside_.insert(piece.segment.path);
    for (const std::uint64_t sequence : sound_snapshots_)
      if (saved_snapshots_.count(sequence) == 0 && sequence >= block_.retired_before)
        aside_.insert(snapshot_path(from_, sequence));
    for (const std::string& path : aside_) {
      auto copy = quarantine_path(disk_, beside.path(), path.substr(path.rfind('/') + 1));
      if (!copy)
        return copy.failure();
      if (auto copied = copy_file(disk_, path, *copy, true); !copied)
        return copied;
      report_.set_aside.push_back(beside.name() + copy->substr(beside.path().size()));
    }
    return disk_.sync_directory(beside.path() + "/quarantine");
  }

  storage& disk_;
  const std::string& from_;
  const std::string to_;
  const salvage_options& options_;
  superblock block_;
  salvage_scan scan_;
  std::vector<const std::vector<sound_piece>*> runs_; ///< of the report's journals
  std::vector<std::uint64_t> sound_snapshots_;        ///< ascending; of this journal, whatever the log says
  std::map<std::uint64_t, std::uint64_t> snapshot_chains_;
  std::set<std::string> saved_;
  std::set<std::uint64_t> saved_snapshots_;
  std::set<std::string> aside_;
  std::vector<unfinished_journal> made_; ///< of the report's journals
  salvage_report report_;
};

} // namespace

result<salvage_report> salvage(storage& disk, const std::string& from, const std::string& to,
                               const salvage_options& options) {
  return salvaging(disk, from, to, options).run();
}

} // namespace tallyman::journal
