#include "cli/commands/commands.hpp"
#include "cli/new_directory.hpp"
#include "cli/terminal/retention_text.hpp"
#include "cli/terminal/table.hpp"
#include "journal/disk_storage.hpp"
#include "journal/options.hpp"
#include "journal/salvage.hpp"
#include "views/printable_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

struct salvage_arguments {
  std::string directory;
  std::string to;
  journal::salvage_options options;
};

std::string lost_text(const journal::lost_events& lost) {
  if (lost.last == 0)
    return fmt::format("lost: perhaps events from {} on; nothing says that there were any\n",
                       with_separators(lost.first));
  return fmt::format("lost: events {} to {} ({})\n", with_separators(lost.first), with_separators(lost.last),
                     counted(lost.last - lost.first + 1, "event", "events"));
}

std::string salvaged_text(const journal::salvaged_journal& made) {
  return fmt::format("{}: events {} to {}, {}; its history begins {}\n", printable(made.directory),
                     with_separators(made.first_sequence), with_separators(made.last_sequence),
                     counted(made.snapshots.size(), "snapshot", "snapshots"),
                     beginning_of_history(made.history_sequence));
}

result<exit_code> run(const salvage_arguments& arguments, output& out) {
  if (auto elsewhere = check_new_directory(arguments.directory, arguments.to); !elsewhere)
    return elsewhere.failure();
  journal::disk_storage disk;
  const auto report = journal::salvage(disk, arguments.directory, arguments.to, arguments.options);
  if (!report)
    return report.failure();
  for (const auto& place : report->damage)
    out.write(
        fmt::format("damaged: {} at {}: {}\n", printable(place.file), place.offset, printable(place.reason)));
  for (const auto& lost : report->lost)
    out.write(lost_text(lost));
  if (report->lost.empty())
    out.write("lost: nothing\n");
  for (const auto& made : report->journals)
    out.write(salvaged_text(made));
  for (const auto& path : report->set_aside)
    out.write(fmt::format("set aside: {}\n", printable(path)));
  return exit_code::ok;
}

} // namespace

void add_journal_salvage(const subcommand& to) {
  auto arguments = std::make_shared<salvage_arguments>();
  const auto self =
      to.add_subcommand("salvage", "Get whatever is sound out of a damaged journal, into a new one");
  self.add_option("DIR", arguments->directory,
                  "The directory of the damaged journal; nothing in it is changed")
      .required();
  self.add_option("--to", arguments->to, "The directory of the new journal, which must not exist yet")
      .required()
      .type_name("NEW");
  self.add_option("--cluster", arguments->options.cluster,
                  "Name of the cluster, if the superblock that knows it is lost")
      .name(journal::cluster_bytes_max)
      .type_name("NAME");
  self.footer(
      "The newest part of which a state can be built becomes NEW, an older one NEW.until-SEQUENCE. Files of\n"
      "which something is in neither are copied to NEW/quarantine. docs/journal.md says what to do "
      "next.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
