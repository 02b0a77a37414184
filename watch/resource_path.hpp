#pragma once

#include "watch/resource.hpp"
#include "watch/watch_options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

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

/// The same in pieces, a path for each namespace, for who may not read across all of them; empty if it has
/// one path anyway. Their `text` is that of the whole: a position of all pieces is one of the whole.
std::vector<resource_scope> scopes_by_namespace(const resource& what, const watch_options& options);

/// `text` for a query: everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

} // namespace tallyman::watch
