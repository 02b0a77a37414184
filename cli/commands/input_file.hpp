#pragma once

#include "base/result.hpp"
#include "cli/stop_signal.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::cli {

/// Finds what can be found without reading a file to its end: one that is missing, a directory, not readable
/// or compressed, and standard input named twice. Kind `usage`, or `bad_input` for the compressed one.
result<void> check_inputs(const std::vector<std::string>& paths);

/// An input, read piece by piece. "-" is standard input.
class input_file {
public:
  /// Pieces have at most `chunk_bytes` bytes. `stop` must outlive it.
  static result<input_file> open(const std::string& path, std::size_t chunk_bytes, const stop_signal& stop);
  ~input_file();
  input_file(input_file&& other) noexcept;
  input_file& operator=(input_file&&) = delete;

  /// What is there to read, waiting for at least one byte; empty at the end, and when a signal came. Valid
  /// until the next call. Errors: `io`.
  result<std::string_view> read();

  /// For messages.
  const std::string& name() const noexcept { return name_; }

private:
  input_file(int descriptor, std::string name, std::size_t chunk_bytes, const stop_signal& stop);

  int descriptor_;
  std::string name_;
  std::vector<char> chunk_;
  const stop_signal* stop_;
  bool may_wait_; ///< false for a regular file, which always has something to read or has ended
};

} // namespace tallyman::cli
