#include "cli/new_directory.hpp"

#include <algorithm>
#include <filesystem>

namespace tallyman::cli {

result<void> check_new_directory(const std::string& from, const std::string& to) {
  std::error_code failed;
  const auto outer = std::filesystem::weakly_canonical(from, failed);
  if (failed)
    return {}; // opening it says why
  const auto inner = std::filesystem::weakly_canonical(to, failed);
  if (failed)
    return {};
  if (std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end())
    return error{error_kind::usage,
                 to + " is inside of the journal's own directory " + from + "; name a directory elsewhere"};
  return {};
}

} // namespace tallyman::cli
