#pragma once

#include "base/result.hpp"
#include "journal/storage/storage.hpp"

#include <string>

namespace tallyman::journal {

/// A path in `<directory>/quarantine` that is not taken, "<name>.<n>": what was put there earlier is never
/// overwritten.
inline result<std::string> quarantine_path(storage& disk, const std::string& directory,
                                           const std::string& name) {
  for (unsigned i = 0;; ++i) {
    std::string path = directory + "/quarantine/";
    path.append(name).append(".").append(std::to_string(i));
    auto taken = disk.exists(path);
    if (!taken)
      return taken.failure();
    if (!*taken)
      return path;
  }
}

} // namespace tallyman::journal
