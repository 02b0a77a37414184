#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::cli::testing {

/// A sanitizer makes the program slow to start, takes terabytes, and opens files of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// A folder of its own that goes with the object.
class scratch {
public:
  scratch();
  ~scratch();
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  /// The path of something in it.
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::string file(std::string_view name, std::string_view content) const;

private:
  std::filesystem::path path_;
};

using arguments = std::vector<std::string>;

/// How a process ended, and what it said.
struct outcome {
  int code = -1;  ///< exit code; 128 + signal, if a signal killed it
  int signal = 0; ///< that killed it
  std::uint64_t rss_bytes_max = 0;
  std::string out;
  std::string err;

  /// Whether standard error holds exactly one line of this program's.
  bool complained_once() const;
};

/// A running `tallyman`. What it writes goes to files, so it never waits for its parent.
class program {
public:
  /// `input` is the path of the standard input; empty: a pipe that `give` writes to.
  explicit program(const arguments& given, const std::string& input = "/dev/null",
                   std::string executable = TALLYMAN_PROGRAM);
  /// Kills it, if nobody waited for it.
  ~program();
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  void give(std::string_view text);
  void end_input();
  void send(int signal) const;
  /// Waits for the end.
  outcome wait();

private:
  scratch folder_;
  pid_t child_ = -1;
  int input_ = -1;
};

/// Runs `tallyman` to its end. `input` as above, without the pipe.
outcome run(const arguments& given, const std::string& input = "/dev/null");

/// Fails the test unless it ends with code 0 and says nothing on standard error. Its standard output.
std::string run_well(const arguments& given, const std::string& input = "/dev/null");

/// Runs a line of bash, in which "$0" is the program and "$1" is `argument`.
outcome run_shell(const std::string& line, const std::string& argument);

/// Calls `done` until it is true; false if that takes longer than ten seconds.
template <class Condition>
bool eventually(Condition done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!done())
    if (std::chrono::steady_clock::now() > deadline)
      return false;
  return true;
}

} // namespace tallyman::cli::testing
