#include "watch/kubeconfig.hpp"

#include "watch/base64.hpp"
#include "watch/proxy_choice.hpp"
#include "watch/small_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tallyman::watch {

namespace {

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

bool flag_at(const YAML::Node& node, const char* key) {
  return text_at(node, key) == "true";
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
  into.skip_verify = flag_at(cluster.node, "insecure-skip-tls-verify");
  into.proxy_url = text_at(cluster.node, "proxy-url");
  return {};
}

void read_plugin(const entry& user, exec_plugin& into) {
  const auto plugin = user.node["exec"];
  if (!plugin)
    return;
  into.command = text_at(plugin, "command");
  if (into.command.find('/') != std::string::npos)
    into.command = beside(*user.file, into.command);
  into.api_version = text_at(plugin, "apiVersion");
  into.install_hint = text_at(plugin, "installHint");
  if (const auto arguments = plugin["args"]; arguments && arguments.IsSequence())
    for (const auto& each : arguments)
      if (each.IsScalar())
        into.arguments.push_back(each.Scalar());
  if (const auto environment = plugin["env"]; environment && environment.IsSequence())
    for (const auto& each : environment)
      into.environment.emplace_back(text_at(each, "name"), text_at(each, "value"));
}

result<void> read_user(const entry& user, api_access& into) {
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
  read_plugin(user, into.plugin);
  if (user.node["auth-provider"])
    return wrong(fmt::format("{}: the user of {} has an auth-provider, which Kubernetes has removed; use its "
                             "exec plugin",
                             user.file->path, into.source));
  return {};
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

std::string environment(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
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
  if (auto read = read_user(*user, access); !read)
    return read.failure();
  return access;
}

std::optional<api_access> service_account_access(const std::string& root) {
  const auto host = environment("KUBERNETES_SERVICE_HOST");
  const auto port = environment("KUBERNETES_SERVICE_PORT");
  std::error_code ignored;
  if (host.empty() || port.empty() || !std::filesystem::exists(root + "/token", ignored))
    return {};
  api_access access;
  access.source = "the service account in " + root;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  access.server = fmt::format("https://{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
  access.authority.file = root + "/ca.crt";
  access.token.file = root + "/token";
  return access;
}

namespace {

result<api_access> find_access_without_proxy(const std::string& explicit_file, const std::string& context) {
  if (!explicit_file.empty())
    return read_kubeconfig({explicit_file}, context);
  std::vector<std::string> files;
  std::istringstream listed{environment("KUBECONFIG")};
  for (std::string file; std::getline(listed, file, ':');)
    if (!file.empty())
      files.push_back(file);
  if (!files.empty())
    return read_kubeconfig(files, context);
  if (context.empty())
    if (auto account = service_account_access())
      return *std::move(account);
  const auto home = environment("HOME");
  if (home.empty())
    return wrong(
        "there is no kubeconfig: HOME and KUBECONFIG are not set, and this is no pod; use --kubeconfig");
  return read_kubeconfig({home + "/.kube/config"}, context);
}

} // namespace

result<api_access> find_access(const std::string& explicit_file, const std::string& context) {
  auto access = find_access_without_proxy(explicit_file, context);
  if (!access)
    return access;
  auto proxy = choose_proxy(access->server, access->proxy_url, proxy_environment::of_this_process());
  if (!proxy)
    return wrong(fmt::format("{}: {}", access->source, proxy.failure().what));
  access->proxy = *std::move(proxy);
  return access;
}

} // namespace tallyman::watch
