#include "cli/new_directory.hpp"

#include "journal/unfinished_name.hpp"

#include <algorithm>
#include <filesystem>

namespace tallyman::cli {

namespace {

bool is_in(const std::filesystem::path& outer, const std::filesystem::path& inner) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

} // namespace

result<void> check_new_directory(const std::string& from, const std::string& to) {
  std::error_code failed;
  const auto outer = std::filesystem::weakly_canonical(from, failed);
  if (failed)
    return {}; // opening it says why
  auto inner = std::filesystem::weakly_canonical(to, failed);
  if (failed)
    return {};
  if (!inner.has_filename()) // a slash at the end
    inner = inner.parent_path();
  if (is_in(outer, inner))
    return error{error_kind::usage,
                 to + " is inside of the journal's own directory " + from + "; name a directory elsewhere"};
  const auto making = std::filesystem::weakly_canonical(journal::unfinished_name(inner.string()), failed);
  if (!failed && is_in(outer, making))
    return error{error_kind::usage,
                 from + " is where " + to + " would be in the making; name another directory"};
  return {};
}

} // namespace tallyman::cli
