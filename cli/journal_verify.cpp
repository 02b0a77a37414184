#include "cli/command.hpp"
#include "cli/table.hpp"
#include "cli/terminal_text.hpp"
#include "journal/disk_storage.hpp"
#include "journal/verify.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace tallyman::cli {

namespace {

void write_findings(const journal::verify_report& report, output& out) {
  const auto& recovery = report.stat.info.recovery;
  if (report.first_damage)
    out.write("damaged: " + printable(report.first_damage->what) + '\n');
  if (!recovery.snapshot_note.empty())
    out.write("snapshot passed over: " + printable(recovery.snapshot_note) + '\n');
  if (recovery.what == journal::recovery_report::outcome::dropped)
    out.write(fmt::format(
        "unfinished: {} bytes at offset {} of {}, which nobody was promised; the next writer "
        "moves them to quarantine: {}\n",
        recovery.dropped_bytes, recovery.offset, printable(recovery.file), printable(recovery.reason)));
}

result<exit_code> run(const std::string& directory, output& out) {
  journal::disk_storage disk;
  const auto report = journal::verify(disk, directory);
  if (!report)
    return report.failure();
  write_findings(*report, out);
  const auto& stat = report->stat;
  out.write(fmt::format("{}: {} in {}, {}, {}\n", report->first_damage ? "sound up to the damage" : "sound",
                        counted(stat.event_count, "event", "events"),
                        counted(stat.batch_count, "batch", "batches"),
                        counted(stat.segment_count, "segment", "segments"),
                        counted(stat.snapshots.size(), "snapshot", "snapshots")));
  return report->first_damage ? exit_code_of(report->first_damage->kind) : exit_code::ok;
}

} // namespace

void add_journal_verify(CLI::App& app, command& chosen) {
  auto directory = std::make_shared<std::string>();
  auto* self =
      app.add_subcommand("verify", "Read and check every byte of a journal, and print what was found");
  self->add_option("DIR", *directory, "The directory of the journal")->required();
  self->footer("Changes nothing. Beside a writer it checks what is proven durable.\n\n" +
               std::string{exit_code_help});
  self->callback(
      [&chosen, directory] { chosen = [directory](output& out) { return run(*directory, out); }; });
}

} // namespace tallyman::cli
