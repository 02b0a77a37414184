#include "cli/output.hpp"

#include "cli/terminal_text.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tallyman::cli {

void output::write(std::string_view text) {
  if (closed_)
    return;
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes)
    drain();
}

result<void> output::flush() {
  if (!closed_)
    drain();
  return state_;
}

void output::drain() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0) {
      closed_ = true;
      if (errno != EPIPE)
        state_ =
            error{error_kind::io, std::string{"standard output cannot be written: "} + std::strerror(errno)};
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

namespace {

std::string bounded(std::string_view line) {
  constexpr std::size_t line_bytes_max = 4096, end_bytes = 512;
  if (line.size() <= line_bytes_max)
    return std::string{line};
  const auto begin = cut(line, line_bytes_max - end_bytes);
  const auto before_end = cut(line, line.size() - end_bytes).size();
  return std::string{begin} + " ... " + std::string{line.substr(before_end)};
}

} // namespace

void complain(std::string_view message) {
  output to{STDERR_FILENO};
  to.write("tallyman: " + bounded(printable(message)) + "\n");
  // If even that cannot be written, the exit code has to do.
  static_cast<void>(to.flush());
}

} // namespace tallyman::cli
