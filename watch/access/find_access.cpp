// Which kubeconfig, or which service account: where access is looked for, in order.

#include "watch/access/kubeconfig.hpp"
#include "watch/access/proxy_choice.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tallyman::watch {

namespace {

error not_usable(std::string what) {
  return {error_kind::usage, std::move(what)};
}

std::string environment(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

} // namespace

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
    return not_usable(
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
    return not_usable(fmt::format("{}: {}", access->source, proxy.failure().what));
  access->proxy = *std::move(proxy);
  return access;
}

} // namespace tallyman::watch
