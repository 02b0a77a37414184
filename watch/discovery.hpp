#pragma once

#include "base/result.hpp"
#include "watch/access/credentials.hpp"
#include "watch/http_client.hpp"
#include "watch/resource.hpp"

#include <vector>

namespace tallyman::watch {

/// Looks the kinds up that are not built in, in what the server says of its API groups
/// (`GET /apis/GROUP/VERSION`), and notes of each whether it is namespaced. What the server does not say,
/// because it is busy or because nobody may ask, is left as it is. Errors: `usage`: the server has no such
/// group, version or kind; which, and what it has instead.
result<void> look_up(std::vector<resource>& resources, credentials& who, const http_client::options& options);

} // namespace tallyman::watch
