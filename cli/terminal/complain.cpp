#include "cli/terminal/complain.hpp"

#include "views/output.hpp"
#include "views/printable_text.hpp"

#include <unistd.h>

#include <string>

namespace tallyman::cli {

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
