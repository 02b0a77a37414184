#include "watch/access/kubeconfig.hpp"

#include "watch/access/base64.hpp"
#include "watch/access/http_text.hpp"
#include "watch/access/small_file.hpp"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <array>
#include <filesystem>

namespace tallyman::watch {

namespace {

constexpr std::size_t authority_bytes_max = 1 << 20;

error wrong(std::string what) {
  return {error_kind::usage, std::move(what)};
}

struct config_file {
  std::string path;
  YAML::Node root;
};

/// An entry of `contexts`, `clusters` or `users`, and the file that has it.
struct entry {
  const config_file* file = nullptr;
  YAML::Node node; ///< of the entry's own kind: `context`, `cluster` or `user`
};

result<void> must_be(const config_file& file, YAML::NodeType::value type, const YAML::Node& node,
                     const std::string& what) {
  if (!node || node.IsNull() || node.Type() == type)
    return {};
  return wrong(fmt::format("{}: line {}: {} is no {}", file.path, node.Mark().line + 1, what,
                           type == YAML::NodeType::Map ? "map" : "list"));
}

std::string text_at(const YAML::Node& node, const char* key) {
  if (!node.IsMap() || !node[key] || !node[key].IsScalar())
    return {};
  return node[key].Scalar();
}

/// A boolean of YAML 1.1, in which kubectl reads kubeconfigs. Text in quotes is none.
result<bool> flag_at(const entry& of, const char* key) {
  const auto node = of.node.IsMap() ? of.node[key] : YAML::Node{};
  if (!node || node.IsNull())
    return false;
  const auto spelled = node.IsScalar() && node.Tag() != "!" ? lower(node.Scalar()) : std::string{};
  for (const auto* yes : {"true", "yes", "on", "y"})
    if (spelled == yes)
      return true;
  for (const auto* no : {"false", "no", "off", "n"})
    if (spelled == no)
      return false;
  return wrong(
      fmt::format("{}: line {}: {} is neither true nor false", of.file->path, node.Mark().line + 1, key));
}

nlohmann::json json_of(const YAML::Node& node) {
  if (node.IsMap()) {
    auto made = nlohmann::json::object();
    for (const auto& member : node)
      made[member.first.IsScalar() ? member.first.Scalar() : std::string{}] = json_of(member.second);
    return made;
  }
  if (node.IsSequence()) {
    auto made = nlohmann::json::array();
    for (const auto& each : node)
      made.push_back(json_of(each));
    return made;
  }
  if (!node.IsScalar())
    return nullptr;
  // What is no text is spelled in YAML as it is in JSON, but for a few words.
  const auto literal = node.Tag() == "!" ? nlohmann::json(nlohmann::json::value_t::discarded)
                                         : nlohmann::json::parse(node.Scalar(), nullptr, false);
  return literal.is_boolean() || literal.is_number() ? literal : nlohmann::json(node.Scalar());
}

/// Absolute, so that a command keeps its slash and is not looked for in PATH.
std::string beside(const config_file& file, const std::string& path) {
  if (path.empty() || path.front() == '/')
    return path;
  return (std::filesystem::absolute(file.path).parent_path() / path).lexically_normal().string();
}

std::optional<entry> find_entry(const std::vector<config_file>& files, const char* list, const char* what,
                                const std::string& name) {
  for (const auto& file : files)
    for (const auto& each : file.root[list])
      if (text_at(each, "name") == name)
        return entry{&file, each[what] ? each[what] : YAML::Node{}};
  return {};
}

std::string names_in(const std::vector<config_file>& files, const char* list) {
  std::string names;
  for (const auto& file : files)
    for (const auto& each : file.root[list])
      if (each.IsMap())
        names += (names.empty() ? "" : ", ") + text_at(each, "name");
  return names.empty() ? "none" : names;
}

/// `KEY-data` in base64, else the file that `KEY` names.
result<text_or_file> data_or_file(const entry& of, const std::string& key) {
  const auto data = text_at(of.node, (key + "-data").c_str());
  if (data.empty())
    return text_or_file{{}, beside(*of.file, text_at(of.node, key.c_str()))};
  auto decoded = decode_base64(data);
  if (!decoded)
    return wrong(fmt::format("{}: {}-data is not base64", of.file->path, key));
  return text_or_file{std::move(*decoded), {}};
}

result<void> read_cluster(const entry& cluster, api_access& into) {
  into.server = text_at(cluster.node, "server");
  if (into.server.empty())
    return wrong(fmt::format("{}: the cluster of {} has no server", cluster.file->path, into.source));
  while (into.server.ends_with('/'))
    into.server.pop_back();
  if (!into.server.starts_with("https://") && !into.server.starts_with("http://"))
    into.server.insert(0, "https://");
  auto authority = data_or_file(cluster, "certificate-authority");
  if (!authority)
    return authority.failure();
  into.authority = std::move(*authority);
  into.server_name = text_at(cluster.node, "tls-server-name");
  const auto skip = flag_at(cluster, "insecure-skip-tls-verify");
  if (!skip)
    return skip.failure();
  into.skip_verify = *skip;
  into.proxy_url = text_at(cluster.node, "proxy-url");
  return {};
}

/// What a plugin is told of the cluster, by `client.authentication.k8s.io/v1`.
result<std::string> cluster_info(const entry& cluster, const api_access& access) {
  nlohmann::json info = {{"server", access.server}};
  if (!access.server_name.empty())
    info["tls-server-name"] = access.server_name;
  if (access.skip_verify)
    info["insecure-skip-tls-verify"] = true;
  if (!access.proxy_url.empty())
    info["proxy-url"] = access.proxy_url;
  auto authority = access.authority.text;
  if (authority.empty() && !access.authority.file.empty()) {
    auto read = read_small_file(access.authority.file, authority_bytes_max);
    if (!read)
      return read.failure();
    authority = *std::move(read);
  }
  if (!authority.empty())
    info["certificate-authority-data"] = absl::Base64Escape(authority);
  if (const auto extensions = cluster.node["extensions"]; extensions && extensions.IsSequence())
    for (const auto& each : extensions)
      if (text_at(each, "name") == "client.authentication.k8s.io/exec")
        info["config"] = json_of(each["extension"]);
  return info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

result<void> read_plugin(const entry& user, const entry& cluster, const api_access& access,
                         exec_plugin& into) {
  const auto plugin = user.node["exec"];
  if (!plugin || plugin.IsNull())
    return {};
  into.command = text_at(plugin, "command");
  if (into.command.find('/') != std::string::npos)
    into.command = beside(*user.file, into.command);
  into.api_version = text_at(plugin, "apiVersion");
  if (into.api_version != "client.authentication.k8s.io/v1" &&
      into.api_version != "client.authentication.k8s.io/v1beta1")
    return wrong(fmt::format("{}: the exec plugin of {} has the apiVersion {}; "
                             "client.authentication.k8s.io/v1 and v1beta1 are supported",
                             user.file->path, access.source, into.api_version));
  if (text_at(plugin, "interactiveMode") == "Always")
    return wrong(
        fmt::format("{}: the exec plugin of {} has interactiveMode Always, and nobody is there to answer "
                    "its questions; choose another user",
                    user.file->path, access.source));
  const auto wants_cluster = flag_at({user.file, plugin}, "provideClusterInfo");
  if (!wants_cluster)
    return wants_cluster.failure();
  if (*wants_cluster) {
    auto info = cluster_info(cluster, access);
    if (!info)
      return info.failure();
    into.cluster = *std::move(info);
  }
  into.install_hint = text_at(plugin, "installHint");
  if (const auto arguments = plugin["args"]; arguments && arguments.IsSequence())
    for (const auto& each : arguments)
      if (each.IsScalar())
        into.arguments.push_back(each.Scalar());
  if (const auto environment = plugin["env"]; environment && environment.IsSequence())
    for (const auto& each : environment)
      into.environment.emplace_back(text_at(each, "name"), text_at(each, "value"));
  return {};
}

std::vector<std::string> texts_at(const YAML::Node& node, const char* key) {
  std::vector<std::string> texts;
  if (const auto list = node.IsMap() ? node[key] : YAML::Node{}; list && list.IsSequence())
    for (const auto& each : list)
      if (each.IsScalar())
        texts.push_back(each.Scalar());
  return texts;
}

result<void> read_impersonation(const entry& user, api_access& into) {
  auto& as = into.as;
  as = {text_at(user.node, "as"), text_at(user.node, "as-uid"), texts_at(user.node, "as-groups"), {}};
  if (const auto extra = user.node["as-user-extra"]; extra && extra.IsMap())
    for (const auto& member : extra)
      for (const auto& value : texts_at(extra, member.first.Scalar().c_str()))
        as.extra.emplace_back(member.first.Scalar(), value);
  if (as.user.empty() && !(as.uid.empty() && as.groups.empty() && as.extra.empty()))
    return wrong(fmt::format("{}: the user of {} has as-uid, as-groups or as-user-extra without as",
                             user.file->path, into.source));
  return {};
}

/// kubectl of today has `oidc` built in, and no other.
result<void> refuse_auth_provider(const entry& user, const api_access& into) {
  const auto provider = user.node["auth-provider"];
  if (!provider || provider.IsNull())
    return {};
  const auto name = text_at(provider, "name");
  return wrong(fmt::format("{}: the user of {} has the auth-provider {}, {}", user.file->path, into.source,
                           name,
                           name == "gcp" || name == "azure"
                               ? "which kubectl lost with 1.26; use the cloud's exec plugin in its place"
                               : "which is not supported; use an exec plugin or a token in its place"));
}

result<void> read_user(const entry& user, const entry& cluster, api_access& into) {
  auto certificate = data_or_file(user, "client-certificate");
  if (!certificate)
    return certificate.failure();
  auto key = data_or_file(user, "client-key");
  if (!key)
    return key.failure();
  into.client_certificate = std::move(*certificate);
  into.client_key = std::move(*key);
  if (into.client_certificate.empty() != into.client_key.empty())
    return wrong(fmt::format("{}: the user of {} has a client certificate or a key, but not both",
                             user.file->path, into.source));
  into.token = {text_at(user.node, "token"), beside(*user.file, text_at(user.node, "tokenFile"))};
  // As for kubectl, a token file goes before a token.
  if (!into.token.file.empty())
    into.token.text.clear();
  into.user_name = text_at(user.node, "username");
  into.password = text_at(user.node, "password");
  if (auto good = must_be(*user.file, YAML::NodeType::Map, user.node["exec"], "exec"); !good)
    return good;
  if (auto read = read_plugin(user, cluster, into, into.plugin); !read)
    return read;
  if (auto read = read_impersonation(user, into); !read)
    return read;
  return refuse_auth_provider(user, into);
}

/// Lists and entries, where there are some, are of the type that whoever looks into them relies on.
result<void> check_shape(const config_file& file) {
  using type = YAML::NodeType;
  static constexpr std::array<std::pair<const char*, const char*>, 3> lists{
      {{"contexts", "context"}, {"clusters", "cluster"}, {"users", "user"}}};
  for (const auto& [list, what] : lists) {
    const auto entries = file.root[list];
    if (auto good = must_be(file, type::Sequence, entries, list); !good)
      return good;
    for (const auto& each : entries) {
      if (auto good = must_be(file, type::Map, each, fmt::format("an entry of {}", list)); !good)
        return good;
      if (!each.IsMap())
        continue;
      if (auto good = must_be(file, type::Map, each[what], what); !good)
        return good;
    }
  }
  return {};
}

result<std::vector<config_file>> load(const std::vector<std::string>& paths) {
  std::vector<config_file> files;
  for (const auto& path : paths) {
    std::error_code ignored;
    if (paths.size() > 1 && !std::filesystem::exists(path, ignored))
      continue; // KUBECONFIG may list files that are not there
    constexpr std::size_t bytes_max = 4 << 20;
    const auto text = read_small_file(path, bytes_max);
    if (!text)
      return wrong(text.failure().what + "; name a kubeconfig with --kubeconfig or KUBECONFIG");
    try {
      files.push_back({path, YAML::Load(*text)});
    } catch (const YAML::Exception& failure) {
      return wrong(fmt::format("{}: line {}: not YAML: {}", path, failure.mark.line + 1, failure.msg));
    }
    if (files.back().root.IsNull())
      files.back().root = YAML::Node{YAML::NodeType::Map}; // made by touch: one without entries
    if (!files.back().root.IsMap())
      return wrong(path + ": is no kubeconfig");
    if (auto good = check_shape(files.back()); !good)
      return good.failure();
  }
  if (files.empty())
    return wrong("none of the files in KUBECONFIG exists");
  return files;
}

std::string current_context(const std::vector<config_file>& files) {
  for (const auto& file : files)
    if (auto name = text_at(file.root, "current-context"); !name.empty())
      return name;
  return {};
}

} // namespace

result<api_access> read_kubeconfig(const std::vector<std::string>& paths, const std::string& context) {
  const auto files = load(paths);
  if (!files)
    return files.failure();
  const auto& first = files->front().path;
  const auto name = context.empty() ? current_context(*files) : context;
  if (name.empty())
    return wrong(fmt::format("{}: has no current-context; choose one with --context: {}", first,
                             names_in(*files, "contexts")));
  const auto chosen = find_entry(*files, "contexts", "context", name);
  if (!chosen)
    return wrong(fmt::format("{}: has no context {}; it has: {}", first, name, names_in(*files, "contexts")));
  api_access access;
  access.source = fmt::format("context {} in {}", name, chosen->file->path);
  const auto cluster_name = text_at(chosen->node, "cluster");
  const auto cluster = find_entry(*files, "clusters", "cluster", cluster_name);
  if (!cluster)
    return wrong(fmt::format("{}: context {} names the cluster {}, which is not there; there are: {}", first,
                             name, cluster_name, names_in(*files, "clusters")));
  if (auto read = read_cluster(*cluster, access); !read)
    return read.failure();
  const auto user_name = text_at(chosen->node, "user");
  if (user_name.empty())
    return access;
  const auto user = find_entry(*files, "users", "user", user_name);
  if (!user)
    return wrong(fmt::format("{}: context {} names the user {}, which is not there; there are: {}", first,
                             name, user_name, names_in(*files, "users")));
  if (auto read = read_user(*user, *cluster, access); !read)
    return read.failure();
  return access;
}

} // namespace tallyman::watch
