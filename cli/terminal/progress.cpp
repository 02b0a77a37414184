#include "cli/terminal/progress.hpp"

#include "cli/terminal/table.hpp"
#include "views/output.hpp"
#include "views/printable_text.hpp"

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

void progress::show_part(const std::string& what, std::uint64_t done_bytes, std::uint64_t total_bytes) {
  constexpr std::size_t width = 30;
  const auto now = clock::now();
  next_ = now + interval;
  shown_ = true;
  const auto seconds = std::chrono::duration<double>(now - started_).count();
  const auto part =
      total_bytes == 0 ? 1.0 : static_cast<double>(done_bytes) / static_cast<double>(total_bytes);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  const auto rate = seconds > 0 ? static_cast<double>(done_bytes) / seconds : 0.0;
  const auto left = rate > 0 ? static_cast<double>(total_bytes - done_bytes) / rate : 0.0;
  write_to_terminal(fmt::format("\r{} [{}{}] {:3.0f} % of {}, {}/s, {:.0f} s left\x1b[K", printable(what),
                                std::string(filled, '#'), std::string(width - filled, '.'), 100 * part,
                                format_bytes(total_bytes), format_bytes(static_cast<std::uint64_t>(rate)),
                                left));
}

void progress::clear() {
  if (shown_)
    write_to_terminal("\r\x1b[K");
  shown_ = false;
}

} // namespace tallyman::cli
