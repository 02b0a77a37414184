#include "watch/discovery.hpp"

#include "watch/access/http_text.hpp"
#include "watch/api_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tallyman::watch {

namespace {

using json = nlohmann::json;

constexpr std::size_t body_bytes_max = 4 << 20;
constexpr std::size_t named_max = 20; // in an error

struct answer {
  int status = 0; ///< 0: none that could be read
  json body;
};

answer ask(http_client& server, const std::string& path) {
  std::string body;
  http_request request;
  request.path = path;
  request.accept = json_type;
  request.silence_max = request.time_max = std::chrono::seconds{30};
  const auto outcome = server.get(
      request, [](const http_head&) {},
      [&](std::string_view bytes) -> result<void> {
        return append_bounded(body, bytes, body_bytes_max) ? result<void>{}
                                                           : result<void>{error{error_kind::io, "too much"}};
      },
      {});
  if (outcome.trouble != http_trouble::none)
    return {};
  return {outcome.head.status, json::parse(body, nullptr, false)};
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                           : std::string{};
}

/// The texts at `key` in the objects of the list at `list_key`, in one line.
std::string names_in(const json& body, const char* list_key, const char* key) {
  std::string names;
  std::size_t count = 0;
  if (!body.is_object() || !body.contains(list_key) || !body[list_key].is_array())
    return names;
  for (const auto& each : body[list_key])
    if (const auto name = text_at(each, key); !name.empty() && name.find('/') == std::string::npos)
      if (++count <= named_max)
        names += (names.empty() ? "" : ", ") + name;
  return count > named_max ? fmt::format("{} and {} more", names, count - named_max) : names;
}

result<void> look_up(resource& what, http_client& server) {
  const auto& version = what.versions.front();
  const auto found = ask(server, path_of_version(version));
  if (found.status == 404) {
    const auto group = version.substr(0, version.find('/'));
    const auto versions = names_in(ask(server, "/apis/" + group).body, "versions", "version");
    return error{error_kind::usage,
                 versions.empty()
                     ? fmt::format("--kinds {}: the server has no API group {}", what.plural, group)
                     : fmt::format("--kinds {}: the server has no {}; its versions of {}: {}", what.plural,
                                   version, group, versions)};
  }
  if (found.status != 200 || !found.body.is_object() || !found.body.contains("resources") ||
      !found.body["resources"].is_array())
    return {};
  const auto& all = found.body["resources"];
  const auto here =
      std::find_if(all.begin(), all.end(), [&](auto& each) { return text_at(each, "name") == what.plural; });
  if (here == all.end())
    return error{error_kind::usage, fmt::format("--kinds {}: {} has no such kind; it has: {}", what.plural,
                                                version, names_in(found.body, "resources", "name"))};
  if (const auto kind = text_at(*here, "kind"); !kind.empty() && kind != what.kind)
    return error{error_kind::usage, fmt::format("--kinds {}: these are of kind {} in {}, not {}", what.plural,
                                                kind, version, what.kind)};
  const auto namespaced = here->find("namespaced");
  if (namespaced != here->end() && namespaced->is_boolean())
    what.namespaced = namespaced->get<bool>();
  return {};
}

} // namespace

result<void> look_up(std::vector<resource>& resources, credentials& who,
                     const http_client::options& options) {
  http_client server{who, options};
  for (auto& each : resources)
    if (!each.is_built_in)
      if (auto found = look_up(each, server); !found)
        return found;
  return {};
}

} // namespace tallyman::watch
