#include "cli/command.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace tallyman::cli {

void add_journal(CLI::App& app, command& chosen) {
  auto* self =
      app.add_subcommand("journal", "The journal itself: stat, verify, dump, compact, backup, salvage");
  self->require_subcommand(1);
  self->footer(exit_code_help);
  add_journal_stat(*self, chosen);
  add_journal_verify(*self, chosen);
  add_journal_dump(*self, chosen);
  add_journal_compact(*self, chosen);
  add_journal_backup(*self, chosen);
  add_journal_salvage(*self, chosen);
}

} // namespace tallyman::cli
