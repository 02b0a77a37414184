#pragma once

#include "base/result.hpp"
#include "watch/access/api_access.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tallyman::watch {

/// Reads the cluster and the user of one context out of kubeconfig files. As for kubectl: of an entry that is
/// in several files the first one counts, and paths in a file are relative to its folder. `context` empty:
/// the current one. Errors: `usage`, naming file and entry.
result<api_access> read_kubeconfig(const std::vector<std::string>& files, const std::string& context);

/// The service account of the pod that this process runs in; nothing if it runs in none. `root` is the folder
/// that has the account's token and CA.
std::optional<api_access>
service_account_access(const std::string& root = "/var/run/secrets/kubernetes.io/serviceaccount");

/// What a user gets who says nothing: the files of `explicit_file`, else of KUBECONFIG, else a service
/// account, else
/// ~/.kube/config. Errors: `usage`.
result<api_access> find_access(const std::string& explicit_file, const std::string& context);

} // namespace tallyman::watch
