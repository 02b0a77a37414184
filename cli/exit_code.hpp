#pragma once

#include "base/result.hpp"

namespace tallyman::cli {

/// How the program ends. Scripts rely on these numbers: never change one. docs/cli.md lists them too.
enum class exit_code : int {
  ok = 0,
  bad_input = 1,         ///< an input holds something that is not what it should be
  usage = 2,             ///< a wrong option, a wrong path, a journal of another cluster
  io = 3,                ///< the operating system refused a read, a write or a sync
  damaged = 4,           ///< the journal does not hold what was written to it
  busy = 5,              ///< another process writes to this journal
  too_new = 6,           ///< a newer release wrote the journal
  not_found = 7,         ///< the tally holds nothing of that name
  internal = 70,         ///< a mistake in this program
  interrupted = 128 + 2, ///< SIGINT, after everything read so far was made durable
  terminated = 128 + 15, ///< SIGTERM, likewise
};

constexpr exit_code exit_code_of(error_kind kind) noexcept {
  switch (kind) {
  case error_kind::bad_input:
    return exit_code::bad_input;
  case error_kind::usage:
    return exit_code::usage;
  case error_kind::busy:
    return exit_code::busy;
  case error_kind::io:
    return exit_code::io;
  case error_kind::damaged:
    return exit_code::damaged;
  case error_kind::too_new:
    return exit_code::too_new;
  }
  return exit_code::internal;
}

/// What every --help ends with.
inline constexpr const char* exit_code_help =
    "Exit codes: 0 done; 1 bad input; 2 wrong usage; 3 the system refused a read or a write;\n"
    "4 the journal is damaged; 5 another process writes to the journal; 6 the journal is of a newer "
    "release;\n"
    "7 not found; 70 a mistake in this program; 130, 143 stopped by SIGINT, SIGTERM (nothing read is lost).";

} // namespace tallyman::cli
