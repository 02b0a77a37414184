#pragma once

#include "messages/string_table.hpp"
#include "watch/access/api_access.hpp"
#include "watch/api_connection.hpp"
#include "watch/pace.hpp"
#include "watch/trouble_log.hpp"
#include "watch/version_guard.hpp"
#include "watch/watch_options.hpp"

namespace tallyman::watch {

/// What all kinds of one server share. Whoever holds it must not outlive what it refers to.
struct watch_context {
  const watch_options& options;
  const api_access& access;
  string_table& strings;
  const watch_sink& sink;
  pace& time;
  trouble_log& troubles;
  version_guard& versions;
  connector connect;
  std::function<void()> on_recovery; ///< a kind has got through to a server that was in trouble
};

} // namespace tallyman::watch
