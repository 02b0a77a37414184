#pragma once

#include "base/result.hpp"

#include <string>

namespace tallyman::cli {

/// Fails with `usage` if the journal that is to be made in `to` would lie in the directory of the journal
/// `from`, when it is done or while it is made, whatever names lead there.
result<void> check_new_directory(const std::string& from, const std::string& to);

} // namespace tallyman::cli
