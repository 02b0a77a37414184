// Kubeconfigs as kubectl takes them: what other clients read otherwise, or passed over in silence.

#include "kube/support.hpp"
#include "support/temporary_directory.hpp"
#include "watch/access/credentials.hpp"
#include "watch/access/kubeconfig.hpp"
#include "watch/fake_api_server.hpp"
#include "watch/http_client.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

using namespace tallyman;
using namespace tallyman::watch;
using kube::testing::contains;

namespace {

constexpr auto v1_plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: login, ";

class config_folder {
public:
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = root_.path() + "/" + name;
    std::ofstream{path} << text;
    return path;
  }

  /// A kubeconfig with one cluster and one user, who have these members.
  result<api_access> read(const std::string& cluster, const std::string& user) const {
    return read_kubeconfig({write("config", text_of(cluster, user))}, "");
  }

  std::string refusal(const std::string& cluster, const std::string& user) const {
    const auto access = read(cluster, user);
    REQUIRE_FALSE(access);
    CHECK(access.failure().kind == error_kind::usage);
    CHECK_FALSE(contains(access.failure().what, "\n"));
    return access.failure().what;
  }

  static std::string text_of(const std::string& cluster, const std::string& user) {
    return "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
           "clusters: [{name: c, cluster: {server: 'https://h:1', " +
           cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n";
  }

private:
  tallyman::testing::temporary_directory root_;
};

} // namespace

TEST_CASE("impersonation was passed over, and the base credential's rights were used") {
  const config_folder in;
  const auto access =
      in.read("", "token: t, as: 'system:serviceaccount:audit:reader', as-uid: '7', as-groups: [a, b], "
                  "as-user-extra: {Scopes/X: [view, edit]}");
  REQUIRE(access);
  std::map<std::string, std::string> sent;
  tallyman::watch::testing::fake_api_server server{[&](const tallyman::watch::testing::fake_request& request,
                                                       tallyman::watch::testing::fake_connection& to) {
    sent = request.headers;
    to.answer(200, "application/json", "{}");
  }};
  auto there = *access;
  there.server = server.url();
  credentials who{there};
  http_client client{who, {}};
  const auto outcome = client.get(
      {.path = "/api", .accept = "application/json"}, [](const http_head&) {},
      [](std::string_view) { return result<void>{}; }, {});
  REQUIRE(outcome.trouble == http_trouble::none);
  CHECK(sent["impersonate-user"] == "system:serviceaccount:audit:reader");
  CHECK(sent["impersonate-uid"] == "7");
  CHECK(sent.contains("impersonate-group"));
  CHECK(sent.contains("impersonate-extra-scopes%2fx"));
  CHECK(contains(in.refusal("", "as-groups: [a]"), "as-uid, as-groups or as-user-extra without as"));
}

TEST_CASE("an exec plugin that wants to know the cluster was not told, and could not log in") {
  const config_folder in;
  const auto access =
      in.read("certificate-authority-data: Q0E=, tls-server-name: api, extensions: [{name: "
              "client.authentication.k8s.io/exec, extension: {realm: shop, depth: 3, tags: [x], text: '3'}}]",
              std::string{v1_plugin} + "provideClusterInfo: true, interactiveMode: IfAvailable}");
  REQUIRE(access);
  const auto info = nlohmann::json::parse(access->plugin.cluster);
  CHECK(info["server"] == "https://h:1");
  CHECK(info["certificate-authority-data"] == "Q0E=");
  CHECK(info["tls-server-name"] == "api");
  CHECK(info["config"] == nlohmann::json::parse(R"({"realm":"shop","depth":3,"tags":["x"],"text":"3"})"));
  CHECK(in.read("", std::string{v1_plugin} + "}")->plugin.cluster.empty());
  CHECK(contains(in.refusal("", std::string{v1_plugin} + "interactiveMode: Always}"),
                 "interactiveMode Always"));
  CHECK(contains(in.refusal("", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: login}"),
                 "apiVersion client.authentication.k8s.io/v1alpha1"));
}

TEST_CASE("an empty file among those of KUBECONFIG, as touch makes it, spoiled the others") {
  const config_folder in;
  const auto empty = in.write("empty", ""), comment = in.write("comment", "# nothing yet\n");
  const auto full = in.write("full", config_folder::text_of("", "token: t"));
  CHECK(read_kubeconfig({empty, comment, full}, "")->token.text == "t");
  CHECK(read_kubeconfig({full, empty}, "")->token.text == "t");
  CHECK(contains(read_kubeconfig({empty}, "").failure().what, "has no current-context"));
}

TEST_CASE("a boolean as YAML 1.1 and Ansible spell it was taken for false") {
  const config_folder in;
  for (const auto* yes : {"true", "True", "TRUE", "yes", "on", "Y"})
    CHECK(in.read(std::string{"insecure-skip-tls-verify: "} + yes, "")->skip_verify);
  for (const auto* no : {"false", "no", "Off", "~"})
    CHECK_FALSE(in.read(std::string{"insecure-skip-tls-verify: "} + no, "")->skip_verify);
  for (const auto* neither : {"'true'", "1", "[true]", "si"})
    CHECK(contains(in.refusal(std::string{"insecure-skip-tls-verify: "} + neither, ""),
                   "neither true nor false"));
}

TEST_CASE("kubectl still has oidc, and a user was told that Kubernetes had removed it") {
  const config_folder in;
  CHECK(contains(in.refusal("", "auth-provider: {name: gcp}"), "which kubectl lost with 1.26"));
  CHECK(contains(in.refusal("", "auth-provider: {name: oidc}"),
                 "the auth-provider oidc, which is not supported"));
  CHECK(in.read("", "auth-provider: null, token: t"));
}

TEST_CASE("a plugin's time of expiry that is a number made its token last for ever") {
  const config_folder in;
  exec_plugin plugin;
  plugin.command =
      in.write("login", "#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\","
                        "\"expirationTimestamp\":1700000000}}'\n");
  std::filesystem::permissions(plugin.command, std::filesystem::perms::owner_all);
  const auto given = run_exec_plugin(plugin);
  REQUIRE_FALSE(given);
  CHECK(contains(given.failure().what, "expirationTimestamp that is no time"));
}

TEST_CASE("a kubeconfig made on Windows, with a byte order mark and CRLF, is read") {
  const config_folder in;
  auto text = config_folder::text_of("certificate-authority: null", "token: t, client-certificate: null");
  std::string windows = "\xef\xbb\xbf";
  for (const char c : text)
    windows += c == '\n' ? std::string{"\r\n"} : std::string{c};
  const auto access = read_kubeconfig({in.write("windows", windows)}, "");
  REQUIRE(access);
  CHECK(access->server == "https://h:1");
  CHECK(access->token.text == "t");
}

TEST_CASE("a mutilated kubeconfig ends in one line or in a way to a server, never in an exception") {
  const config_folder in;
  const auto sound = config_folder::text_of(
      "certificate-authority-data: Q0E=, proxy-url: 'http://p:1', insecure-skip-tls-verify: yes",
      std::string{v1_plugin} +
          "provideClusterInfo: true, args: [a], env: [{name: N, value: v}]}, as: me, as-groups: [g]");
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    std::mt19937_64 random{seed};
    auto text = sound;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const auto at = random() % text.size();
      switch (random() % 3) {
      case 0:
        text[at] = "{}[]:,'\"\n~&*!\t#-\x80\0"[random() % 17];
        break;
      case 1:
        text.erase(at, 1 + random() % 12);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 30));
      }
    }
    INFO("seed " << seed << ":\n" << text);
    const auto access = read_kubeconfig({in.write("mutilated", text)}, "");
    if (!access) {
      CHECK_FALSE(access.failure().what.empty());
      CHECK_FALSE(contains(access.failure().what, "\n"));
    }
  }
}
