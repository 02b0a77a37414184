#pragma once

#include "actors/cluster.hpp"
#include "actors/system_config.hpp"
#include "cli/command_line.hpp"
#include "journal/disk_storage.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace tallyman::cli {

/// The arguments of every command that opens a cluster.
struct cluster_arguments {
  std::string data;
  std::size_t threads = 1;
  bool ignore_snapshots = false;
};

/// Adds --data.
void add_data(const subcommand& to, cluster_arguments& arguments);

/// Adds --data and --threads (as many as there are cores unless given). `arguments` must outlive the parsing.
void add_cluster_arguments(const subcommand& to, cluster_arguments& arguments);

/// Adds --ignore-snapshots.
void add_ignore_snapshots(const subcommand& to, cluster_arguments& arguments);

/// A running cluster with all that it stands on: an actor system and the disk.
class session {
public:
  /// Opens the cluster and recovers it. Says on standard error what recovery had to leave out. `options`
  /// gives all but what `arguments` say.
  static result<std::unique_ptr<session>> open(const cluster_arguments& arguments, cluster_options options);

  tallyman::cluster& cluster() noexcept { return *cluster_; }

private:
  explicit session(std::size_t threads) : config_(threads), system_(config_) {}

  journal::disk_storage disk_; ///< first: whatever runs in the system may still use it
  system_config config_;
  caf::actor_system system_;
  std::unique_ptr<tallyman::cluster> cluster_;
};

/// A cluster's state as the journal holds it, and its name.
struct loaded_cluster {
  std::string name;
  cluster_view_ptr view;
  std::int64_t now_ms = 0; ///< what is due and how old things are is counted from here
};

/// The state now. Reads the journal without changing anything, beside a writer too.
result<loaded_cluster> load_cluster(const cluster_arguments& arguments);

} // namespace tallyman::cli
