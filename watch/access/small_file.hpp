#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>

namespace tallyman::watch {

/// The content of a file that somebody named in a configuration. An error, of kind `io` and with the path, if
/// it cannot be read, is a directory, or holds more than `bytes_max`, which may be a device without an end.
result<std::string> read_small_file(const std::string& path, std::size_t bytes_max);

} // namespace tallyman::watch
