#include "cli/progress.hpp"

#include "cli/output.hpp"
#include "cli/table.hpp"
#include "cli/terminal_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace tallyman::cli {

namespace {

void write_to_terminal(const std::string& text) {
  output to{STDERR_FILENO};
  to.write(text);
  static_cast<void>(to.flush());
}

} // namespace

progress::progress() : on_terminal_(::isatty(STDERR_FILENO) == 1) {}

void progress::show(const std::string& source, std::uint64_t bytes, std::uint64_t objects) {
  const auto now = clock::now();
  next_ = now + interval;
  shown_ = true;
  const auto seconds = std::chrono::duration<double>(now - started_).count();
  write_to_terminal(fmt::format("\r{}: {}, {} objects, {:.0f} s\x1b[K", printable(source),
                                format_bytes(bytes), with_separators(objects), seconds));
}

void progress::clear() {
  if (shown_)
    write_to_terminal("\r\x1b[K");
  shown_ = false;
}

} // namespace tallyman::cli
