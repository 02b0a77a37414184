#pragma once

#include "messages/string_table.hpp"
#include "watch/api_connection.hpp"
#include "watch/watch_options.hpp"

#include <stop_token>
#include <string>

namespace tallyman::watch {

/// The present resourceVersion of the server, as a list of at most one object at `path` says it; of the
/// object only the metadata is asked for. Read from etcd, not from the API server's cache. Empty if the
/// server does not answer.
std::string ask_for_version(api_connection& server, string_table& strings, const std::string& path,
                            const watch_options& options, const std::stop_token& stop);

} // namespace tallyman::watch
