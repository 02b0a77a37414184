#include "views/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tallyman {

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

} // namespace tallyman
