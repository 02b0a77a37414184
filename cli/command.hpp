#pragma once

#include "base/result.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace tallyman::cli {

/// A command with its arguments, ready to run. What it has to say goes to `out`; the caller flushes it, shows
/// a failure on standard error and turns it into an exit code.
using command = std::function<result<exit_code>(output& out)>;

/// Each adds its command to `app`; if the command line names it, `chosen` is it after the parsing.
/// `app` and `chosen` must outlive the parsing.
void add_ingest(CLI::App& app, command& chosen);
void add_watch(CLI::App& app, command& chosen);
void add_images(CLI::App& app, command& chosen);
void add_explain(CLI::App& app, command& chosen);
void add_history(CLI::App& app, command& chosen);
void add_diff(CLI::App& app, command& chosen);
void add_scan_result(CLI::App& app, command& chosen);
void add_digest(CLI::App& app, command& chosen);
void add_journal(CLI::App& app, command& chosen);

/// The parts of `tallyman journal`, for `add_journal`.
void add_journal_stat(CLI::App& app, command& chosen);
void add_journal_verify(CLI::App& app, command& chosen);
void add_journal_compact(CLI::App& app, command& chosen);
void add_journal_backup(CLI::App& app, command& chosen);
void add_journal_salvage(CLI::App& app, command& chosen);
void add_journal_dump(CLI::App& app, command& chosen);

} // namespace tallyman::cli
