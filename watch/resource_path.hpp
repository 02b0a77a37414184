#pragma once

#include "watch/resource.hpp"
#include "watch/watch_options.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// What of a resource is asked for: as a path, as a filter for what the server cannot leave out itself, and
/// as a text that is written behind every journaled position, so that no other question goes on from there.
struct resource_scope {
  std::string path;                             ///< without the version's: "/namespaces/shop/pods"
  std::string selectors;                        ///< "&fieldSelector=..." or empty
  std::function<bool(std::string_view)> wanted; ///< by namespace; empty: all
  std::string text;                             ///< empty: everything
};

resource_scope scope_of(const resource& what, const watch_options& options);

/// `text` for a query: everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

} // namespace tallyman::watch
