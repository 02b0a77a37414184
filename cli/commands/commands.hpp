#pragma once

#include "cli/command_line.hpp"

namespace tallyman::cli {

// Each adds its command to `to`, the root or, for the parts of `tallyman journal`, that.

void add_ingest(const subcommand& to);
void add_watch(const subcommand& to);
void add_images(const subcommand& to);
void add_explain(const subcommand& to);
void add_history(const subcommand& to);
void add_diff(const subcommand& to);
void add_scan_result(const subcommand& to);
void add_digest(const subcommand& to);
void add_journal(const subcommand& to);

void add_journal_stat(const subcommand& to);
void add_journal_verify(const subcommand& to);
void add_journal_compact(const subcommand& to);
void add_journal_backup(const subcommand& to);
void add_journal_salvage(const subcommand& to);
void add_journal_dump(const subcommand& to);

} // namespace tallyman::cli
