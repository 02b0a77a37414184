#include "cli/commands/commands.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/table.hpp"
#include "journal/disk_storage.hpp"
#include "journal/verify.hpp"
#include "replay/deep_verify.hpp"
#include "views/printable_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

void write_findings(const journal::verify_report& report, output& out) {
  const auto& recovery = report.stat.info.recovery;
  if (report.first_damage)
    out.write("damaged: " + printable(report.first_damage->what) + '\n');
  if (!report.superblock_note.empty())
    out.write("superblock: " + printable(report.superblock_note) + '\n');
  if (!recovery.snapshot_note.empty())
    out.write("snapshot passed over: " + printable(recovery.snapshot_note) + '\n');
  if (recovery.what == journal::recovery_report::outcome::dropped)
    out.write(fmt::format(
        "unfinished: {} bytes at offset {} of {}, which nobody was promised; the next writer "
        "moves them to quarantine: {}\n",
        recovery.dropped_bytes, recovery.offset, printable(recovery.file), printable(recovery.reason)));
}

struct verify_arguments {
  std::string directory;
  bool deep = false;
};

/// What only the application can judge: whether the events decode, and lead to the states of the snapshots.
result<std::uint64_t> check_states(journal::disk_storage& disk, const verify_arguments& arguments,
                                   const journal::journal_stat& stat) {
  journal::log_options options;
  options.read_only = true;
  auto log = journal::log::open(disk, arguments.directory, options);
  if (!log)
    return log.failure();
  return compare_snapshots(**log, stat.snapshots);
}

result<exit_code> run(const verify_arguments& arguments, output& out) {
  journal::disk_storage disk;
  progress bar;
  auto report = journal::verify(disk, arguments.directory, [&bar](std::uint64_t done, std::uint64_t total) {
    if (bar.due())
      bar.show_part("verify", done, total);
  });
  bar.clear();
  std::string compared;
  if (report && arguments.deep && !report->first_damage) {
    const auto states = check_states(disk, arguments, report->stat);
    if (states)
      compared = fmt::format("; every event decodes, {} as replayed",
                             counted(*states, "snapshot holds the state", "snapshots hold the states"));
    else if (states.failure().kind == error_kind::damaged)
      report->first_damage = states.failure();
    else
      return states.failure();
  }
  if (!report)
    return report.failure();
  write_findings(*report, out);
  const auto& stat = report->stat;
  out.write(fmt::format("{}: {} in {}, {}, {}{}\n", report->first_damage ? "sound up to the damage" : "sound",
                        counted(stat.event_count, "event", "events"),
                        counted(stat.batch_count, "batch", "batches"),
                        counted(stat.segment_count, "segment", "segments"),
                        counted(stat.snapshots.size(), "snapshot", "snapshots"), compared));
  return report->first_damage ? exit_code_of(report->first_damage->kind) : exit_code::ok;
}

} // namespace

void add_journal_verify(const subcommand& to) {
  auto arguments = std::make_shared<verify_arguments>();
  const auto self =
      to.add_subcommand("verify", "Read and check every byte of a journal, and print what was found");
  self.add_option("DIR", arguments->directory, "The directory of the journal").required();
  self.add_flag("--deep", arguments->deep,
                "Also decode every event, and compare each snapshot with the state that the events lead to");
  self.footer("Changes nothing. Beside a writer it checks what is proven durable.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
