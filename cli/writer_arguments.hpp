#pragma once

#include "actors/cluster.hpp"
#include "cli/command_line.hpp"
#include "cli/keep_arguments.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::cli {

/// What the commands that keep a cluster's journal have in common.
struct writer_arguments {
  std::string name; ///< of the cluster; empty: whatever the journal says
  std::uint64_t snapshot_every = cluster_options{}.snapshot_every;
  keep_arguments keep;
  std::vector<std::string> followed; ///< KIND.GROUP, or "none" alone; empty: what the journal says

  /// Fails if history is to be given up but no snapshots are taken, without which none can go.
  result<cluster_options> options() const;
};

/// Adds --cluster, --snapshot-every, --follow, --keep-days and --keep-size. `arguments` must outlive the
/// parsing.
void add_writer_arguments(const subcommand& to, writer_arguments& arguments);

} // namespace tallyman::cli
