#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace tallyman::cli {

/// Standard output, or another file descriptor, with a buffer and with errors that are not lost.
///
/// A reader that closes its end early (`| head -1`) has had enough: whatever is written after that is
/// dropped, and it is not an error. The program must ignore SIGPIPE.
class output {
public:
  /// Does not own `descriptor`.
  explicit output(int descriptor) : descriptor_(descriptor) {}

  /// Text larger than the buffer may block until the reader takes it.
  void write(std::string_view text);

  /// Writes out what is buffered. The first failure since the beginning, of kind `io`, if there was one.
  result<void> flush();

  /// Nobody reads any more: producing further output is a waste.
  bool closed() const noexcept { return closed_; }

private:
  void drain();

  static constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

  int descriptor_;
  std::string buffer_;
  result<void> state_;
  bool closed_ = false;
};

/// Writes `tallyman: message`, made printable, as one line to standard error. Of a message of more than 4
/// KiB, which repeats what somebody gave, the middle is left out.
void complain(std::string_view message);

} // namespace tallyman::cli
