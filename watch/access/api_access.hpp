#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tallyman::watch {

/// Text that is either given itself or as the name of a file that has it.
struct text_or_file {
  std::string text;
  std::string file; ///< counts only if `text` is empty

  bool empty() const noexcept { return text.empty() && file.empty(); }
};

/// A program that prints credentials (`client.authentication.k8s.io`): how most cloud logins work.
struct exec_plugin {
  std::string command; ///< empty: there is none
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string api_version;
  std::string install_hint; ///< what to tell a user who does not have the program
  std::string cluster;      ///< JSON of the cluster, for one with provideClusterInfo; else empty
};

/// Whom to act as, by an API server that the user may ask so (`as` and the like of a kubeconfig).
struct impersonation {
  std::string user; ///< empty: nobody else
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra; ///< a key may stand there several times
};

/// A proxy on the way to the API server.
struct proxy_address {
  std::string url;    ///< as libcurl takes it; may hold a password: never log it; empty: none
  std::string name;   ///< the same for messages: "socks5://127.0.0.1:1080"
  std::string origin; ///< which setting it is of: "proxy-url", "HTTPS_PROXY"

  bool empty() const noexcept { return url.empty(); }
};

/// Everything that is needed to speak with one API server as one user. Holds secrets: never log it.
struct api_access {
  std::string source; ///< where this comes from, for messages: "context kind in /root/.kube/config"
  std::string server; ///< "https://host:port/prefix", without a slash at the end

  text_or_file authority;   ///< PEM; empty: the system's own authorities
  std::string server_name;  ///< the name that the server's certificate must have; empty: the host in `server`
  bool skip_verify = false; ///< from the kubeconfig; obeyed only with `insecure_skip_tls_verify`
  std::string proxy_url;    ///< from the kubeconfig; empty: what the environment says
  proxy_address proxy;      ///< the one that counts (watch/access/proxy_choice.hpp)

  text_or_file client_certificate;
  text_or_file client_key;
  text_or_file token; ///< a file is read again when it changes
  std::string user_name;
  std::string password;
  exec_plugin plugin;
  impersonation as;
};

} // namespace tallyman::watch
