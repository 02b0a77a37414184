#include "cli/commands/commands.hpp"

namespace tallyman::cli {

void add_journal(const subcommand& to) {
  const auto self =
      to.add_subcommand("journal", "The journal itself: stat, verify, dump, compact, backup, salvage");
  self.require_subcommand();
  add_journal_stat(self);
  add_journal_verify(self);
  add_journal_dump(self);
  add_journal_compact(self);
  add_journal_backup(self);
  add_journal_salvage(self);
}

} // namespace tallyman::cli
