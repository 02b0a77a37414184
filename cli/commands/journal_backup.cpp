#include "cli/commands/commands.hpp"
#include "cli/new_directory.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/terminal/retention_text.hpp"
#include "cli/terminal/table.hpp"
#include "journal/backup.hpp"
#include "journal/disk_storage.hpp"
#include "views/output.hpp"
#include "views/printable_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

struct backup_arguments {
  std::string directory;
  std::string to;
};

result<exit_code> run(const backup_arguments& arguments, output& out) {
  if (auto elsewhere = check_new_directory(arguments.directory, arguments.to); !elsewhere)
    return elsewhere.failure();
  journal::disk_storage disk;
  const auto report = journal::backup(disk, arguments.directory, arguments.to);
  if (!report)
    return report.failure();
  for (const auto& why : report->left_out)
    complain("a snapshot was left out: " + why);
  out.write(fmt::format("{}: events {} to {}, {}; its history begins {}\n", printable(arguments.to),
                        with_separators(report->first_sequence), with_separators(report->last_sequence),
                        counted(report->snapshots.size(), "snapshot", "snapshots"),
                        beginning_of_history(report->history_sequence)));
  return exit_code::ok;
}

} // namespace

void add_journal_backup(const subcommand& to) {
  auto arguments = std::make_shared<backup_arguments>();
  const auto self =
      to.add_subcommand("backup", "Copy a journal, also while a process writes to it, and verify the copy");
  self.add_option("DIR", arguments->directory, "The directory of the journal; nothing in it is changed")
      .required();
  self.add_option("--to", arguments->to, "The directory of the copy, which must not exist yet")
      .required()
      .type_name("NEW");
  self.footer(
      "The copy holds everything that was proven durable when it began. It is a journal like any other.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
