#include "cli/command.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <optional>

namespace {

using namespace tallyman;
using namespace tallyman::cli;

/// What the layers below log goes where errors go: standard output is for results.
void log_to_standard_error() {
  auto logger = spdlog::stderr_logger_mt("tallyman");
  logger->set_pattern("tallyman: %l: %v");
  spdlog::set_default_logger(std::move(logger));
}

void add_commands(CLI::App& app, command& chosen) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "tallyman " TALLYMAN_VERSION);
  app.footer(std::string{"`tallyman COMMAND --help` says more about each.\n\n"} + exit_code_help);
  add_ingest(app, chosen);
  add_watch(app, chosen);
  add_images(app, chosen);
  add_explain(app, chosen);
  add_history(app, chosen);
  add_diff(app, chosen);
  add_scan_result(app, chosen);
  add_digest(app, chosen);
  add_journal(app, chosen);
}

/// Nothing, if a command was chosen and is to be run.
std::optional<exit_code> parse(CLI::App& app, int argc, char** argv, output& out) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out.write(app.help());
    return exit_code::ok;
  } catch (const CLI::CallForVersion& version) {
    out.write(std::string{version.what()} + '\n');
    return exit_code::ok;
  } catch (const CLI::ParseError& failure) {
    complain(std::string{failure.what()} + "; see `tallyman --help` or `tallyman COMMAND --help`");
    return exit_code::usage;
  }
  return {};
}

exit_code finish(const result<exit_code>& done, output& out) {
  const auto flushed = out.flush();
  if (!done) {
    complain(done.failure().what);
    return exit_code_of(done.failure().kind);
  }
  if (!flushed) {
    complain(flushed.failure().what);
    return exit_code_of(flushed.failure().kind);
  }
  return *done;
}

exit_code run(int argc, char** argv) {
  log_to_standard_error();
  CLI::App app{"Tallyman keeps a journaled tally of every container image that runs in a Kubernetes cluster.",
               "tallyman"};
  command chosen;
  add_commands(app, chosen);
  output out{STDOUT_FILENO};
  if (const auto ended = parse(app, argc, argv, out))
    return finish(*ended, out);
  return finish(chosen(out), out);
}

/// Whoever started the program with standard input, output or error closed must not have them opened anew as
/// files of the journal: output would go over it. open() gives the lowest free number, so this fills in
/// order.
bool keep_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 &&
        ::open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY) != descriptor)
      return false;
  return true;
}

} // namespace

int main(int argc, char** argv) {
  if (!keep_standard_descriptors())
    return static_cast<int>(exit_code::internal);
  // A write beyond a limit of the file size shows as EFBIG, which has a message.
  std::signal(SIGXFSZ, SIG_IGN);
  // A reader that went away shows as EPIPE, where it can be told from a failure.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& failure) {
    complain(std::string{"internal error: "} + failure.what() +
             "; nothing that was journaled is lost, please report this with the command that led to it");
  }
  return static_cast<int>(exit_code::internal);
}
