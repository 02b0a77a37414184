#include "watch/resource_path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::watch {

namespace {

/// A field selector can name one namespace, or leave out any number; it knows no "or".
std::string field_selector(const resource& what, const watch_options& options) {
  std::string fields;
  const auto add = [&](std::string_view term) { fields.append(fields.empty() ? "" : ",").append(term); };
  if (what.namespaced)
    for (const auto& each : options.namespaces_ignored)
      add("metadata.namespace!=" + each);
  if (what.kind == "Pod" && !options.pod_fields.empty())
    add(options.pod_fields);
  return fields;
}

} // namespace

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const auto c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view{"-._~"}.find(c) != std::string_view::npos;
    if (is_plain)
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

namespace {

std::string path_in(const std::string& name_space, const resource& what) {
  return fmt::format("/namespaces/{}/{}", percent_encoded(name_space), what.plural);
}

} // namespace

resource_scope scope_of(const resource& what, const watch_options& options) {
  resource_scope scope;
  scope.path = "/" + what.plural;
  if (what.namespaced && options.namespaces.size() == 1)
    scope.path = path_in(options.namespaces.front(), what);
  if (const auto fields = field_selector(what, options); !fields.empty())
    scope.selectors += "&fieldSelector=" + percent_encoded(fields);
  if (what.kind == "Pod" && !options.pod_labels.empty())
    scope.selectors += "&labelSelector=" + percent_encoded(options.pod_labels);
  const bool is_narrower = scope.path != "/" + what.plural || !scope.selectors.empty();
  if (is_narrower)
    scope.text = scope.path + scope.selectors;
  if (what.namespaced && options.namespaces.size() > 1) {
    auto names = options.namespaces;
    std::sort(names.begin(), names.end());
    for (const auto& each : names)
      scope.text += "|" + each;
    scope.wanted = [names](std::string_view name) {
      return std::binary_search(names.begin(), names.end(), name);
    };
  }
  return scope;
}

std::vector<resource_scope> scopes_by_namespace(const resource& what, const watch_options& options) {
  std::vector<resource_scope> scopes;
  if (!what.namespaced || options.namespaces.size() < 2)
    return scopes;
  const auto whole = scope_of(what, options);
  for (const auto& each : options.namespaces) {
    scopes.push_back(whole);
    scopes.back().path = path_in(each, what);
  }
  return scopes;
}

} // namespace tallyman::watch
