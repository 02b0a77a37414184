#pragma once

#include <string>

namespace tallyman::bench {

/// What a figure depends on besides the program; stands in every line.
struct environment {
  unsigned cores = 1;
  std::string file_system;             ///< of the directory that is written to
  std::string sync_mode = "fdatasync"; ///< "none" where a bench writes nothing
};

/// `threads` bounds the cores that are used; 0 does not.
environment environment_of(const std::string& directory, unsigned threads = 0);

} // namespace tallyman::bench
