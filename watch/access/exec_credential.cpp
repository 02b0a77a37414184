#include "watch/access/exec_credential.hpp"

#include "watch/access/child_process.hpp"

#include <absl/time/time.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tallyman::watch {

namespace {

using namespace std::chrono_literals;

constexpr auto plugin_time_max = 60s;
constexpr std::size_t output_bytes_max = std::size_t{1} << 20;

std::string text_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

// The plugin must know which version of the interface it speaks, and that nobody can answer its questions.
std::string exec_info(const exec_plugin& plugin) {
  nlohmann::json spec = {{"interactive", false}};
  if (!plugin.cluster.empty())
    spec["cluster"] = nlohmann::json::parse(plugin.cluster);
  return nlohmann::json{
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}}
      .dump();
}

result<exec_credential> parse_exec_credential(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || text_at(json, "kind") != "ExecCredential" || !json.contains("status") ||
      !json["status"].is_object())
    return error{error_kind::io, "it did not print an ExecCredential with a status"};
  const auto& status = json["status"];
  exec_credential given{text_at(status, "token"),
                        text_at(status, "clientCertificateData"),
                        text_at(status, "clientKeyData"),
                        {}};
  if (given.token.empty() && given.certificate.empty())
    return error{error_kind::io, "its ExecCredential has neither a token nor a certificate"};
  if (given.certificate.empty() != given.key.empty())
    return error{error_kind::io, "its ExecCredential has a certificate or a key, but not both"};
  if (const auto expires = status.find("expirationTimestamp");
      expires != status.end() && !expires->is_null()) {
    absl::Time time;
    std::string ignored;
    if (!expires->is_string() ||
        !absl::ParseTime(absl::RFC3339_full, expires->get<std::string>(), &time, &ignored))
      return error{error_kind::io, "its ExecCredential has an expirationTimestamp that is no time"};
    given.expires = absl::ToChronoTime(time);
  }
  return given;
}

} // namespace

result<exec_credential> run_exec_plugin(const exec_plugin& plugin) {
  auto environment = plugin.environment;
  environment.emplace_back("KUBERNETES_EXEC_INFO", exec_info(plugin));
  const auto printed =
      run_child({plugin.command, plugin.arguments, environment, plugin_time_max, output_bytes_max});
  const auto fail = [&](const std::string& why) {
    const auto hint = plugin.install_hint.empty() ? "" : "; " + plugin.install_hint;
    return error{error_kind::io,
                 fmt::format("the exec plugin {} gave no credentials: {}{}", plugin.command, why, hint)};
  };
  if (!printed)
    return fail(printed.failure().what);
  auto given = parse_exec_credential(*printed);
  if (!given)
    return fail(given.failure().what);
  return given;
}

} // namespace tallyman::watch
