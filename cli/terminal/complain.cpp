#include "cli/terminal/complain.hpp"

#include "views/output.hpp"
#include "views/printable_text.hpp"

#include <unistd.h>

namespace tallyman::cli {

void complain(std::string_view message) {
  output to{STDERR_FILENO};
  to.write("tallyman: " + printable(message) + "\n");
  // If even that cannot be written, the exit code has to do.
  static_cast<void>(to.flush());
}

} // namespace tallyman::cli
