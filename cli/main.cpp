#include "cli/commands/commands.hpp"
#include "cli/shortage.hpp"
#include "cli/terminal/complain.hpp"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <exception>

namespace {

using namespace tallyman;
using namespace tallyman::cli;

/// What the layers below log goes where errors go: standard output is for results.
void log_to_standard_error() {
  auto logger = spdlog::stderr_logger_mt("tallyman");
  logger->set_pattern("tallyman: %l: %v");
  spdlog::set_default_logger(std::move(logger));
}

void add_commands(const subcommand& root) {
  root.require_subcommand();
  root.footer("`tallyman COMMAND --help` says more about each.");
  add_ingest(root);
  add_watch(root);
  add_images(root);
  add_explain(root);
  add_history(root);
  add_diff(root);
  add_scan_result(root);
  add_digest(root);
  add_journal(root);
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
  command_line line{
      "tallyman",
      "Tallyman keeps a journaled tally of every container image that runs in a Kubernetes cluster.",
      "tallyman " TALLYMAN_VERSION};
  add_commands(line.root());
  output out{STDOUT_FILENO};
  const auto given = line.parse(argc, argv);
  if (!given)
    return finish(given.failure(), out);
  if (const auto* const asked = std::get_if<command_line::answer>(&*given)) {
    out.write(asked->text);
    return finish(exit_code::ok, out);
  }
  return finish(std::get<command>(*given)(out), out);
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

/// Before the constructors of the libraries, which take memory, too.
[[gnu::section(".preinit_array"), gnu::used]] void (*const first_of_all)() = end_on_shortage;

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
