#include "kube/support.hpp"
#include "support/temporary_directory.hpp"
#include "watch/access/credentials.hpp"
#include "watch/access/http_text.hpp"
#include "watch/access/kubeconfig.hpp"
#include "watch/cluster_watch.hpp"
#include "watch/resource.hpp"
#include "watch/resource_path.hpp"
#include "watch/retry_delay.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace tallyman;
using namespace tallyman::watch;
using namespace std::chrono_literals;
using kube::testing::contains;

namespace {

constexpr auto kubeconfig = R"(
apiVersion: v1
kind: Config
current-context: here
contexts:
  - {name: here, context: {cluster: local, user: me}}
  - {name: there, context: {cluster: remote, user: robot, namespace: x}}
  - {name: broken, context: {cluster: nowhere, user: me}}
  - {name: half, context: {cluster: local, user: half}}
clusters:
  - {name: local, cluster: {server: "https://127.0.0.1:6443/", certificate-authority: pki/ca.crt}}
  - name: remote
    cluster:
      server: https://example.com/k8s
      certificate-authority-data: Q0E=
      tls-server-name: api.internal
      proxy-url: http://proxy:3128
      insecure-skip-tls-verify: true
users:
  - {name: me, user: {token: abc, tokenFile: secrets/token}}
  - {name: half, user: {client-certificate-data: Q0E=}}
  - name: robot
    user:
      client-certificate-data: Q0VSVA==
      client-key: /keys/robot.key
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: ./login
        args: [get, "--token"]
        env: [{name: REGION, value: north}]
        installHint: install it from example.com
)";

class files {
public:
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = at(name);
    std::ofstream{path} << text;
    return path;
  }
  std::string script(const std::string& name, const std::string& text) const {
    const auto path = write(name, "#!/bin/sh\n" + text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string at(const std::string& name) const { return std::string{root_.path()} + "/" + name; }

private:
  testing::temporary_directory root_;
};

} // namespace

TEST_CASE("a context leads to its cluster and its user, with paths beside the file") {
  const files in;
  const auto file = in.write("config", kubeconfig);
  const auto here = read_kubeconfig({file}, "");
  REQUIRE(here.ok());
  CHECK(here->server == "https://127.0.0.1:6443");
  CHECK(here->authority.file == in.at("pki/ca.crt"));
  CHECK(here->token.file == in.at("secrets/token"));
  CHECK(here->token.text.empty());
  CHECK(here->source == "context here in " + file);
  const auto there = read_kubeconfig({file}, "there");
  REQUIRE(there.ok());
  CHECK(there->authority.text == "CA");
  CHECK(there->server_name == "api.internal");
  CHECK(there->proxy_url == "http://proxy:3128");
  CHECK(there->skip_verify);
  CHECK(there->client_certificate.text == "CERT");
  CHECK(there->client_key.file == "/keys/robot.key");
  CHECK(there->plugin.command == in.at("login"));
  CHECK(there->plugin.arguments == std::vector<std::string>{"get", "--token"});
  CHECK(there->plugin.environment.at(0) == std::pair<std::string, std::string>{"REGION", "north"});
}

TEST_CASE("what is wrong in a kubeconfig is said with the file, the entry and what there is") {
  const files in;
  const auto file = in.write("config", kubeconfig);
  const auto problem = [&](const std::vector<std::string>& paths, const std::string& context) {
    const auto read = read_kubeconfig(paths, context);
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().kind == error_kind::usage);
    CHECK(read.failure().what.find('\n') == std::string::npos);
    return read.failure().what;
  };
  CHECK(problem({file}, "gone") == file + ": has no context gone; it has: here, there, broken, half");
  CHECK(contains(problem({file}, "broken"),
                 "names the cluster nowhere, which is not there; there are: local, remote"));
  CHECK(contains(problem({file}, "half"), "a client certificate or a key, but not both"));
  CHECK(contains(problem({in.at("missing")}, ""), "missing: cannot be read"));
  CHECK(contains(problem({in.write("bad", "a: [\nb")}, ""), "bad: line "));
  CHECK(contains(problem({in.write("list", "- 1")}, ""), "is no kubeconfig"));
  CHECK(contains(problem({in.write("empty", "kind: Config")}, ""), "has no current-context"));
  for (const auto* odd : {"contexts: 5\ncurrent-context: a", "contexts: [5, {name: [a]}]\ncurrent-context: a",
                          "contexts: [{name: a, context: 5}]\ncurrent-context: a",
                          "contexts: [{name: a, context: {cluster: b}}]\nclusters: [{name: b, cluster: 7}]\n"
                          "current-context: a"})
    problem({in.write("odd", odd)}, "");
}

TEST_CASE("whatever in a kubeconfig is of the wrong type is named with its line, instead of an exception") {
  const files in;
  const std::string sound = "current-context: a\ncontexts: [~, {name: a, context: {cluster: c, user: u}}]\n"
                            "clusters: [{name: c, cluster: {server: h}}]\n";
  const auto problem = [&](const std::string& text) {
    const auto read = read_kubeconfig({in.write("odd", text)}, "");
    REQUIRE_FALSE(read.ok());
    return read.failure().what.substr(in.at("odd: ").size());
  };
  CHECK(problem("contexts: 5") == "line 1: contexts is no list");
  CHECK(problem("\nusers: {u: {}}") == "line 2: users is no list");
  CHECK(problem("clusters: [c]") == "line 1: an entry of clusters is no map");
  CHECK(problem("contexts: [{name: a, context: 5}]") == "line 1: context is no map");
  CHECK(problem(sound + "users: [{name: u, user: 5}]") == "line 4: user is no map");
  CHECK(problem(sound + "users: [{name: u, user: {exec: [login]}}]") == "line 4: exec is no map");
  CHECK(problem("current-context: a\ncontexts: [{name: a}]") ==
        "context a names the cluster , which is not there; there are: none");
  CHECK(read_kubeconfig({in.write("odd", sound + "users: [{name: u}]")}, "").ok());
}

TEST_CASE("a plugin beside a kubeconfig that is named without a folder is not looked for in PATH") {
  const files in;
  const auto config =
      in.write("plain", "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
                        "clusters: [{name: c, cluster: {server: h}}]\n"
                        "users: [{name: u, user: {exec: {command: ./login, apiVersion: "
                        "client.authentication.k8s.io/v1}, tokenFile: token}}]");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path{config}.parent_path());
  const auto read = read_kubeconfig({"plain"}, "");
  std::filesystem::current_path(before);
  REQUIRE(read);
  CHECK(read->plugin.command == in.at("login"));
  CHECK(read->token.file == in.at("token"));
}

TEST_CASE("of several kubeconfig files the first that has an entry counts") {
  const files in;
  const auto first = in.write("first", "current-context: there\nusers: [{name: robot, user: {token: own}}]");
  const auto second = in.write("second", kubeconfig);
  const auto access = read_kubeconfig({first, in.at("missing"), second}, "");
  REQUIRE(access.ok());
  CHECK(access->server == "https://example.com/k8s");
  CHECK(access->token.text == "own");
}

TEST_CASE("a token file is read again after it has been refused") {
  const files in;
  api_access access;
  access.token.file = in.write("token", "first\n");
  credentials who{access};
  const auto first = who.current();
  REQUIRE(first.ok());
  CHECK(first->bearer_token == "first");
  in.write("token", "second\n");
  CHECK(who.current()->bearer_token == "first"); // files are not looked at for every request
  who.refused(*first);
  CHECK(who.current()->bearer_token == "second");
  std::filesystem::remove(access.token.file);
  who.refused(*who.current());
  CHECK(who.current()->bearer_token == "second"); // while it is being replaced
}

TEST_CASE("a token file that is missing, empty, a directory or without an end is said to be") {
  const files in;
  api_access access;
  access.token.file = in.at("none");
  CHECK(contains(credentials{access}.current().failure().what, "none: cannot be read: No such file"));
  for (const auto* odd : {"/", "/dev/zero"}) {
    access.token.file = odd;
    CHECK(credentials{access}.current().failure().kind == error_kind::io);
    CHECK(read_kubeconfig({odd}, "").failure().kind == error_kind::usage);
  }
  access.token.file = in.write("none", " \n");
  CHECK(contains(credentials{access}.current().failure().what, "none: the token file is empty"));
}

TEST_CASE("a token with a line break is refused, before it could be a header of its own") {
  api_access access;
  access.server = "http://127.0.0.1:9";
  access.source = "the test";
  access.token.text = "secret\r\nHost: elsewhere";
  const auto version = greet(access, {});
  REQUIRE_FALSE(version);
  CHECK(version.failure().kind == error_kind::usage);
  CHECK(version.failure().what == "the token of the test holds a line break or another control character");
}

TEST_CASE("a server that is no address is said to be in the kubeconfig") {
  api_access access;
  access.server = "https://127.0.0.1:99999";
  access.source = "the test";
  const auto version = greet(access, {});
  REQUIRE_FALSE(version);
  CHECK(contains(version.failure().what, "; check the server in the test"));
}

TEST_CASE("an exec plugin is run without a shell, with its arguments and environment") {
  const files in;
  exec_plugin plugin;
  plugin.command = in.script("login", R"sh(info=no
case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) info=yes;; esac
printf '{"kind":"ExecCredential","status":{"token":"%s|%s|%s"}}' "$1" "$REGION" "$info"
)sh");
  plugin.arguments = {"$HOME; ls"};
  plugin.environment = {{"REGION", "north"}};
  const auto given = run_exec_plugin(plugin);
  REQUIRE(given.ok());
  CHECK(given->token == "$HOME; ls|north|yes");
}

TEST_CASE("a plugin is asked again when what it gave expires, or is refused") {
  api_access access;
  access.plugin.command = "login";
  int asked = 0;
  auto life = std::chrono::seconds{3600};
  credentials who{
      access, [&](const exec_plugin&) -> result<exec_credential> {
        return exec_credential{std::to_string(++asked), "", "", std::chrono::system_clock::now() + life};
      }};
  CHECK(who.current()->bearer_token == "1");
  CHECK(who.current()->bearer_token == "1");
  const auto used = *who.current();
  who.refused(used);
  life = 10s;
  CHECK(who.current()->bearer_token == "2");
  who.refused(used); // another request that used the old one
  CHECK(who.current()->bearer_token == "3");
}

TEST_CASE("a plugin that fails is named with the reason and the hint, never with what it printed") {
  const files in;
  const auto why = [](const std::string& command) {
    exec_plugin plugin;
    plugin.command = command;
    plugin.install_hint = "install it";
    const auto given = run_exec_plugin(plugin);
    REQUIRE_FALSE(given.ok());
    CHECK(contains(given.failure().what, command));
    CHECK_FALSE(contains(given.failure().what, "secret"));
    return given.failure().what;
  };
  CHECK(contains(why(in.at("none")), "it cannot be run: No such file or directory; install it"));
  CHECK(contains(why(in.script("fails", "echo secret; exit 7")), "it exited with 7"));
  CHECK(contains(why(in.script("killed", "kill -9 $$")), "it was ended by signal 9"));
  CHECK(contains(why(in.script("other", "echo secret")), "did not print an ExecCredential"));
  CHECK(contains(why(in.script("empty", R"(echo '{"kind":"ExecCredential","status":{}}')")),
                 "neither a token"));
  CHECK(contains(why(in.script("endless", "yes secret")), "printed more than"));
}

TEST_CASE("delays double up to the last one, with jitter") {
  retry_delay delay{100ms, 1000ms, 7};
  for (const auto due : {100, 200, 400, 800, 1000, 1000}) {
    const auto wait = delay.next().count();
    CHECK(wait >= due / 2);
    CHECK(wait <= due);
  }
  delay.reset();
  CHECK(delay.next() <= 100ms);
}

TEST_CASE("kinds are named by their plural, custom ones with version, group and kind") {
  CHECK(parse_resource("pods")->kind == "Pod");
  const auto custom = parse_resource("rollouts.v1alpha1.argoproj.io=Rollout");
  REQUIRE(custom.ok());
  CHECK(custom->versions == std::vector<std::string>{"argoproj.io/v1alpha1"});
  CHECK(path_of_version(custom->versions[0]) == "/apis/argoproj.io/v1alpha1");
  for (const auto* bad :
       {"", "pod", "rollouts.v1=Rollout", "a.b.c", ".v1.g=K", "a..g=K", "a.v1.=K", "a.v1.g="})
    CHECK_FALSE(parse_resource(bad).ok());
}

TEST_CASE("a token is sent in clear text to this machine only, not to names that look like it") {
  for (const auto* own :
       {"http://127.0.0.1:8001", "http://127.0.0.2", "http://localhost:8001/x", "http://[::1]:8001"})
    CHECK(is_loopback(own));
  for (const auto* other : {"http://127.example.com", "http://localhost.example.com:80", "http://10.0.0.1",
                            "http://127.0.0.1:80@example.com/", "http://localhost@example.com", "http://"})
    CHECK_FALSE(is_loopback(other));
}

TEST_CASE("Retry-After is a number of seconds, and at most an hour") {
  CHECK(parse_retry_after("7") == 7s);
  CHECK(parse_retry_after("4000000") == 3600s);
  for (const auto* bad : {"", "-1", "1.5", "soon", "99999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"})
    CHECK_FALSE(parse_retry_after(bad).has_value());
}
