#include "cli/commands/ingest_summary.hpp"

#include "cli/terminal/table.hpp"
#include "views/printable_text.hpp"

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace tallyman::cli {

namespace {

// `intake_counts` counts these beside the kinds.
const std::set<std::string, std::less<>> not_kinds{"bookmark", "list", "scan", "remote", "settings"};

struct kind_row {
  std::uint64_t read = 0;
  intake_count taken_in;
};

std::map<std::string, kind_row> rows_by_kind(const ingest_summary& summary) {
  std::map<std::string, kind_row> rows;
  for (const auto& [kind, counts] : summary.read.kinds)
    if (counts.read > 0)
      rows[kind].read = counts.read;
  for (const auto& [kind, counts] : summary.taken_in)
    if (!not_kinds.contains(kind))
      rows[kind].taken_in = counts;
  return rows;
}

/// A column of the table by kind.
struct figure {
  const char* title;
  std::uint64_t intake_count::*value;
  bool if_any; ///< left out if it is 0 for every kind
};

constexpr std::array figures{
    figure{"NO-OPS", &intake_count::no_ops, false}, figure{"LATE", &intake_count::late, false},
    figure{"RETURNED", &intake_count::returned, true}, figure{"GONE", &intake_count::gone, true},
    figure{"JOURNALED", &intake_count::journaled, false}};

std::string kind_table(const ingest_summary& summary) {
  using enum table::align;
  const auto rows = rows_by_kind(summary);
  kind_row all;
  for (const auto& [kind, row] : rows) {
    all.read += row.read;
    all.taken_in += row.taken_in;
  }
  const auto is_shown = [&](const figure& each) { return !each.if_any || all.taken_in.*each.value > 0; };
  std::vector<table::column> columns{{"KIND"}, {"READ", right}};
  for (const auto& each : figures)
    if (is_shown(each))
      columns.push_back({each.title, right});
  table shown{std::move(columns)};
  const auto add_row = [&](const std::string& kind, const kind_row& row) {
    std::vector<std::string> cells{kind, with_separators(row.read)};
    for (const auto& each : figures)
      if (is_shown(each))
        cells.push_back(with_separators(row.taken_in.*each.value));
    shown.add(std::move(cells));
  };
  for (const auto& [kind, row] : rows)
    add_row(kind, row);
  add_row("all", all);
  return shown.text();
}

std::string skipped_kinds(const kube::counters& read) {
  std::string list;
  for (const auto& [kind, counts] : read.kinds)
    if (counts.skipped > 0)
      list +=
          fmt::format("{}{} {}", list.empty() ? "" : ", ", printable(kind), with_separators(counts.skipped));
  return list.empty() ? "" : "kinds that the tally has no use for: " + list + '\n';
}

std::string trouble(const kube::counters& read) {
  std::string lines;
  if (read.errors > 0)
    lines += counted(read.errors, "bad value", "bad values") + " in the input\n";
  if (read.statuses > 0)
    lines +=
        counted(read.statuses, "failure", "failures") + " of the API in the input, which changed nothing\n";
  if (read.lists_incomplete > 0)
    lines += counted(read.lists_incomplete, "list", "lists") +
             " not complete, so nothing counts as gone by them\n";
  return lines;
}

std::string complete_lists(const kube::counters& read) {
  std::string list;
  for (const auto& [kind, counts] : read.kinds)
    if (counts.complete_lists > 0)
      list += (list.empty() ? "" : ", ") + printable(kind);
  return list.empty() ? "" : "complete lists of " + list + ": what else was known of these kinds is gone\n";
}

/// Fills in how much the tally holds now.
void count(const cluster_state& state, ingest_summary& summary) {
  absl::flat_hash_set<owner_index> owners;
  for (const auto& image : state.images) {
    if (image.key().image_id == string_id::empty)
      continue;
    summary.images += image.owners().empty() ? 0u : 1u;
    for (const auto& [owner, pods] : image.owners())
      owners.insert(owner);
  }
  for (const auto& [id, pod] : state.placed.pods())
    summary.pods += pod.containers.empty() ? 0u : 1u;
  summary.owners = owners.size();
  summary.sequence = state.sequence;
}

} // namespace

result<ingest_summary> summarise(tallyman::cluster& cluster, const kube::counters& read, double seconds) {
  auto counts = cluster.counts();
  if (!counts)
    return counts.failure();
  auto view = cluster.view();
  if (!view)
    return view.failure();
  ingest_summary summary;
  summary.read = read;
  summary.taken_in = std::move(*counts);
  summary.seconds = seconds;
  count((*view)->state, summary);
  return summary;
}

std::uint64_t objects_read(const kube::counters& read) {
  std::uint64_t count = 0;
  for (const auto& [kind, counts] : read.kinds)
    count += counts.read;
  return count;
}

std::string doubt_of_relist(const ingest_summary& summary) {
  const auto& read = summary.read;
  if (!summary.is_relist || read.lists_incomplete > 0)
    return {};
  if (read.lists == 0)
    return "no list is in the input, so nothing counts as gone";
  const auto pods = read.kinds.find("Pod");
  const bool pods_are_listed = pods != read.kinds.end() && pods->second.complete_lists > 0;
  if (read.lists_untyped > 0 && !pods_are_listed && summary.pods > 0)
    return fmt::format("no pod is in the lists of the input, so the tally keeps its {}: a List names no "
                       "kinds but those of its "
                       "items, and kubectl prints the same when it is refused; if there are none any more, "
                       "feed the server's "
                       "own list: kubectl get --raw /api/v1/pods",
                       counted(summary.pods, "pod", "pods"));
  if (read.lists_of_nothing > 0)
    return "a List without items names no kind, so nothing counts as gone by it, and kubectl prints the same "
           "when it is refused; feed the server's own list, such as: kubectl get --raw /apis/batch/v1/jobs";
  return {};
}

std::string text_of(const ingest_summary& summary) {
  const auto& read = summary.read;
  const auto objects = objects_read(read);
  const auto seconds = std::max(summary.seconds, 1e-3);
  const auto rate = [seconds](std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
  };
  auto text = kind_table(summary);
  text += skipped_kinds(read) + trouble(read);
  if (summary.is_relist)
    text += complete_lists(read);
  text += fmt::format("{}, {}, {} recorded\n", counted(read.watch_events, "watch event", "watch events"),
                      counted(read.lists, "list", "lists"), counted(read.bookmarks, "bookmark", "bookmarks"));
  text += fmt::format("{} in {:.2f} s: {}/s, {} objects/s\n", format_bytes(read.bytes), summary.seconds,
                      format_bytes(rate(read.bytes)), with_separators(rate(objects)));
  text += fmt::format("the tally holds {}, {}, {} at sequence {}\n",
                      counted(summary.images, "image", "images"), counted(summary.owners, "owner", "owners"),
                      counted(summary.pods, "pod", "pods"), summary.sequence);
  return text;
}

} // namespace tallyman::cli
