#include "cli/commands/commands.hpp"
#include "cli/keep_arguments.hpp"
#include "cli/terminal/retention_text.hpp"
#include "journal/disk_storage.hpp"
#include "journal/log.hpp"
#include "views/time_text.hpp"

namespace tallyman::cli {

namespace {

struct compact_arguments {
  std::string directory;
  keep_arguments keep;
  bool dry_run = false;
};

std::string plan_text(const journal::retention_plan& plan, const journal::log_info& before, bool dry_run) {
  std::string text;
  if (plan.empty())
    text = "nothing " + std::string{dry_run ? "would go" : "went"} + "; the history begins " +
           beginning_of_history(before.history_sequence) + '\n';
  else
    text = what_goes(plan) +
           (dry_run ? " would go; the history would begin " : " went; the history begins ") +
           beginning_of_history(plan.history_sequence) + '\n';
  if (!plan.obstacle.empty())
    text += "the limits are not met: " + plan.obstacle + '\n';
  return text;
}

result<exit_code> run(const compact_arguments& arguments, output& out) {
  const auto limits = arguments.keep.limits();
  if (!limits.any())
    return error{error_kind::usage, "say what to keep: --keep-days DAYS, --keep-size SIZE, or both"};
  journal::disk_storage disk;
  journal::log_options options;
  options.read_only = arguments.dry_run;
  options.now = now_ms;
  auto log = journal::log::open(disk, arguments.directory, options);
  if (!log)
    return log.failure();
  const auto before = (*log)->info();
  const auto plan = arguments.dry_run ? (*log)->plan_retention(limits) : (*log)->apply_retention(limits);
  if (!plan)
    return plan.failure();
  if (auto closed = (*log)->close(); !closed)
    return closed.failure();
  out.write(plan_text(*plan, before, arguments.dry_run));
  return exit_code::ok;
}

} // namespace

void add_journal_compact(const subcommand& to) {
  auto arguments = std::make_shared<compact_arguments>();
  const auto self =
      to.add_subcommand("compact", "Give up old history now, in a journal that no process writes to");
  self.add_option("DIR", arguments->directory, "The directory of the journal").required();
  add_keep_arguments(self, arguments->keep);
  self.add_flag("--dry-run", arguments->dry_run, "Only say what would go; beside a writer, too");
  self.footer(
      "What goes is gone: whole segments, oldest first, and the snapshots in them. The present state is\n"
      "never touched: the two newest snapshots stay, and every event since the older one.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
