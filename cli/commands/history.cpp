#include "cli/commands/commands.hpp"
#include "cli/moment.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/terminal/history_table.hpp"
#include "tally/history/image_search.hpp"
#include "tally/history/owner_search.hpp"
#include "views/owner_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::cli {

namespace {

struct history_arguments {
  cluster_arguments cluster;
  std::string wanted;
  std::string from;
  std::string to;
  std::string format = "table";
};

std::unique_ptr<history_search> search_for(const owner_pattern& owner) {
  return std::make_unique<owner_search>(
      owner_names{[owner](std::string_view kind) { return owner.is_kind(kind); },
                  [owner](std::string_view api_version) { return owner.is_group(api_version); },
                  owner.name_space(), owner.name()});
}

std::unique_ptr<history_search> search_for(const std::string& image) {
  return std::make_unique<image_search>(image);
}

/// Tells the history of what is wanted: an owner or an image. Where it may be either, the likelier comes
/// first.
result<void> tell(const past_journal& journal, const std::string& wanted, history_view& history) {
  const auto owner = owner_pattern::parse(wanted);
  const bool owner_first = owner && owner->is_certain();
  for (const bool as_owner : {owner_first, !owner_first}) {
    if (as_owner && !owner)
      break;
    history.of_owner = as_owner;
    const auto search = as_owner ? search_for(*owner) : search_for(wanted);
    auto told = tell_history(journal.log(), *search, history.from, history.to);
    if (!told)
      return told.failure();
    history.told = std::move(*told);
    if (!history.told.entries.empty())
      break;
  }
  return {};
}

/// The events that --from and --to mean.
result<journal::sequence_range> range_of(const history_arguments& arguments, const past_journal& journal) {
  journal::sequence_range range{journal.first_event(), journal.last_sequence()};
  if (!arguments.from.empty()) {
    const auto from = journal.find(arguments.from);
    if (!from)
      return from.failure();
    // A sequence names the first event that is told; a time has passed when the first one behind it comes.
    // What happened at an event that the history begins with cannot be told, only what was there after it.
    range.first = from->time_ms == 0 ? std::max(range.first, from->sequence) : from->sequence + 1;
  }
  if (!arguments.to.empty()) {
    const auto to = journal.find(arguments.to);
    if (!to)
      return to.failure();
    range.last = to->sequence;
  }
  if (!arguments.from.empty() && !arguments.to.empty() && range.last + 1 < range.first)
    return error{error_kind::usage, fmt::format("--from {} is after --to {}", arguments.from, arguments.to)};
  return range;
}

void write(const history_view& history, const std::string& format, output& out) {
  if (format == "json")
    write_history_json(history, out);
  else if (format == "csv")
    write_history_csv(history, out);
  else
    write_history_table(history, out);
}

result<exit_code> run(const history_arguments& arguments, output& out) {
  const auto journal = past_journal::open(arguments.cluster);
  if (!journal)
    return journal.failure();
  const auto range = range_of(arguments, **journal);
  if (!range)
    return range.failure();
  history_view history;
  history.cluster = (*journal)->cluster();
  history.from = range->first;
  history.to = range->last;
  if (auto told = tell(**journal, arguments.wanted, history); !told)
    return told.failure();
  if (history.told.entries.empty()) {
    complain(
        fmt::format("nothing of that name in events {} to {} of cluster {}: '{}' is neither an image's name "
                    "or id, nor a part of one, nor an owner like Deployment/shop/catalog",
                    history.from, history.to, history.cluster, arguments.wanted));
    return exit_code::not_found;
  }
  write(history, arguments.format, out);
  return exit_code::ok;
}

} // namespace

void add_history(const subcommand& to) {
  auto arguments = std::make_shared<history_arguments>();
  const auto self =
      to.add_subcommand("history", "Tell what happened to an image, or which images an owner had");
  add_data(self, arguments->cluster);
  self.add_option("--from", arguments->from, "First event, or the time behind which to begin")
      .type_name(moment_type_name);
  self.add_option("--to", arguments->to, "Last event, or the time at which to end")
      .type_name(moment_type_name);
  self.add_option("-o,--output", arguments->format,
                  "table for people; json: one document; csv: one record for each entry")
      .one_of({"table", "json", "csv"})
      .type_name("FORMAT");
  self.add_option(
          "IMAGE|OWNER", arguments->wanted,
          "A name or an image id (if no image was ever called exactly that, all that had it in their "
          "name or id), or an owner as KIND/NAMESPACE/NAME or KIND/NAME, the kind as kubectl takes it")
      .required();
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
